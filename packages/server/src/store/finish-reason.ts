import { StreamServerError } from '../errors'

/** Bounded and printable ASCII, because it is sent in a header and stored in a column. */
const pattern = /^[!-~]{1,64}$/

export function isFinishReason(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value)
}

/**
 * The finish reason in what a producer or a generator returned, if it is an object that has one.
 *
 * @throws {StreamServerError} `invalid-text` for a finish reason that cannot be sent
 */
export function finishReasonOf(returned: unknown): string | undefined {
  if (typeof returned !== 'object' || returned === null || !('finishReason' in returned)) return undefined
  const reason = returned.finishReason ?? undefined
  if (reason === undefined || isFinishReason(reason)) return reason
  // If it is a promise, its rejection must not stay unhandled.
  Promise.resolve(reason).catch(() => undefined)
  const what = typeof reason === 'string' ? 'a string that is' : `a value of type ${typeof reason}, which is`
  throw new StreamServerError(
    'invalid-text',
    `a producer returned as \`finishReason\` ${what} not 1 to 64 printable ASCII characters without a space; ` +
      'for the AI SDK return fromAiSdk(streamText(…)) of @keepstream/ai-sdk',
  )
}
