/** Why a stream's status is `error`, for readers. The cause is for `onError` alone. */
export const streamErrors = {
  producer: 'generation',
  tooLong: 'too-long',
  refused: 'content-refused',
  corrupt: 'corrupt',
  shutdown: 'shutdown',
} as const
