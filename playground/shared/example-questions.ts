/** Offered on an empty page and when nothing was found. A test holds that each is answered by the documentation. */
export const exampleQuestions: readonly string[] = [
  'What is the difference between a driver and a follower?',
  'What happens when the server dies in the middle of an answer?',
  'How do I stop a stream, and what happens to its text?',
  'How do I write a producer for createStreams?',
]
