/** The codes that readers get for the status `error`. Only `onError` gets the cause. */
export const streamErrors = {
  producer: 'generation',
  tooLong: 'too-long',
  refused: 'content-refused',
  corrupt: 'corrupt',
  shutdown: 'shutdown',
} as const
