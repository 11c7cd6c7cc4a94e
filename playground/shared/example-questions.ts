/** Offered on an empty page and when nothing was found. A test holds that each is answered by the documentation. */
export const exampleQuestions: readonly string[] = [
  'What is the difference between a driver and a follower?',
  'What happens when the server dies in the middle of an answer?',
  'How does the merge rule work?',
  'When should I not use it?',
]
