/** The fields of a part of `fullStream` that are read here. Other fields, and parts of other types, are ignored. */
export interface AiSdkPart {
  readonly type: string
  readonly text?: unknown
  readonly error?: unknown
  readonly reason?: unknown
  readonly finishReason?: unknown
  readonly rawFinishReason?: unknown
}

/** The part of the result of the AI SDK's `streamText` (`ai` 5, 6 and 7) that is read here. */
export interface AiSdkResult {
  readonly fullStream: AsyncIterable<AiSdkPart>
}

/**
 * Turns an answer of the AI SDK into the text of a producer: `({ signal }) => fromAiSdk(streamText({ …, abortSignal: signal }))`.
 *
 * Yields the text deltas and returns the finish reason, such as `{ finishReason: 'stop' }`. A text that the provider cut has
 * `length` or `content-filter`. Unlike `textStream`, it throws if the answer is not whole. It throws the error of an error
 * part unchanged (a refused request, a failure in mid-answer). It throws an `Error` for an abort, for the finish reason
 * `error`, and for an answer that ends without a reason, as after a cut connection. Leaving it early cancels the answer.
 */
export async function* fromAiSdk(result: AiSdkResult): AsyncGenerator<string, { readonly finishReason: string }, void> {
  let finish: AiSdkPart | undefined
  // Reads to the end, also after `finish`, because the SDK's own callbacks need that.
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') yield textOf(part)
    else if (part.type === 'error') throw errorOf(part.error)
    else if (part.type === 'abort') throw failure(`the answer was aborted${suffix(part.reason)}`, part.reason)
    else if (part.type === 'finish') finish = part
  }
  return { finishReason: reasonOf(finish) }
}

function textOf({ text }: AiSdkPart): string {
  if (typeof text === 'string') return text
  throw failure('a text-delta came without its text. This reads streamText of `ai` 5 to 7')
}

/** Returns an `Error` unchanged, so that `APICallError.isInstance` and similar checks work. */
function errorOf(error: unknown): Error {
  return error instanceof Error ? error : failure(`the answer failed${suffix(error)}`, error)
}

/** An end is accepted only with its reason. */
function reasonOf(finish: AiSdkPart | undefined): string {
  const reason = finish?.finishReason
  if (finish === undefined || typeof reason !== 'string' || isCut(reason, finish))
    throw failure('the answer ended without a finish reason, so it may have been cut')
  if (reason === 'error') throw failure(`the provider ended the answer with an error${suffix(finish.rawFinishReason)}`)
  return reason
}

/** How each version marks a missing reason: `unknown` in 5, `other` without a raw reason from 6, `interrupted` in 7. */
function isCut(reason: string, finish: AiSdkPart): boolean {
  const hasNoRawReason = 'rawFinishReason' in finish && finish.rawFinishReason === undefined
  return reason === 'unknown' || reason === 'interrupted' || (reason === 'other' && hasNoRawReason)
}

function suffix(reason: unknown): string {
  return typeof reason === 'string' && reason !== '' ? `: ${reason}` : ''
}

function failure(message: string, cause?: unknown): Error {
  return new Error(`@keepstream/ai-sdk: ${message}`, cause === undefined ? undefined : { cause })
}
