/** What of a part of `fullStream` is read; the other fields, and the parts of other types, are left alone. */
export interface AiSdkPart {
  readonly type: string
  readonly text?: unknown
  readonly error?: unknown
  readonly reason?: unknown
  readonly finishReason?: unknown
  readonly rawFinishReason?: unknown
}

/** What `streamText` of the AI SDK (`ai` 5, 6 and 7) returns, as far as it is read here. */
export interface AiSdkResult {
  readonly fullStream: AsyncIterable<AiSdkPart>
}

/**
 * The text of an answer of the AI SDK, for a producer: `() => fromAiSdk(streamText({ … }))`.
 *
 * Yields the text deltas and returns the finish reason, `{ finishReason: 'stop' }`; a text that the provider cut has
 * `length` or `content-filter`. Throws where the answer is not whole, which `textStream` does not: the error of an error
 * part as it is (a refused request, a failure in mid-answer); an `Error` for an abort, for the finish reason `error`, and
 * for an answer that ends without a reason, as one does whose connection was cut. Leaving it early cancels the answer.
 */
export async function* fromAiSdk(result: AiSdkResult): AsyncGenerator<string, { readonly finishReason: string }, void> {
  let finish: AiSdkPart | undefined
  // Read to its end, also after the finish: the SDK's own callbacks come with that.
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') yield textOf(part)
    else if (part.type === 'error') throw errorOf(part.error)
    else if (part.type === 'abort') throw failure(`the answer was aborted${words(part.reason)}`, part.reason)
    else if (part.type === 'finish') finish = part
  }
  return { finishReason: reasonOf(finish) }
}

function textOf({ text }: AiSdkPart): string {
  if (typeof text === 'string') return text
  throw failure('a text-delta came without its text. This reads streamText of `ai` 5 to 7')
}

/** As it is, so that `APICallError.isInstance` and the like say what it was. */
function errorOf(error: unknown): Error {
  return error instanceof Error ? error : failure(`the answer failed${words(error)}`, error)
}

/** An end is believed only with its reason. */
function reasonOf(finish: AiSdkPart | undefined): string {
  const reason = finish?.finishReason
  if (finish === undefined || typeof reason !== 'string' || isCut(reason, finish))
    throw failure('the answer ended without a finish reason, so it may have been cut')
  if (reason === 'error') throw failure(`the provider ended the answer with an error${words(finish.rawFinishReason)}`)
  return reason
}

/** How each version says that the provider told none: `unknown` in 5, `other` with nothing raw from 6, `interrupted` in 7. */
function isCut(reason: string, finish: AiSdkPart): boolean {
  const isUntold = 'rawFinishReason' in finish && finish.rawFinishReason === undefined
  return reason === 'unknown' || reason === 'interrupted' || (reason === 'other' && isUntold)
}

function words(reason: unknown): string {
  return typeof reason === 'string' && reason !== '' ? `: ${reason}` : ''
}

function failure(message: string, cause?: unknown): Error {
  return new Error(`@keepstream/ai-sdk: ${message}`, cause === undefined ? undefined : { cause })
}
