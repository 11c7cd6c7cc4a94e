/** Shown on an empty page and when nothing was found. A test checks that the documentation answers each of them. */
export const exampleQuestions: readonly string[] = [
  'What is the difference between a driver and a follower?',
  'What happens when the server dies in the middle of an answer?',
  'How does the merge rule work?',
  'When should I not use it?',
]
