import { createMarkEncoder, type UiChunk } from '@keepstream/core/marks'

/** The fields of a part of `fullStream` that are read here. Other fields, and parts of other types, are ignored. */
export interface AiSdkPart {
  readonly type: string
  readonly text?: unknown
  readonly error?: unknown
  readonly reason?: unknown
  readonly finishReason?: unknown
  readonly rawFinishReason?: unknown
}

/** The part of the result of the AI SDK's `streamText` or of an agent's `stream` (`ai` 5, 6 and 7) that is read here. */
export interface AiSdkResult {
  readonly fullStream: AsyncIterable<AiSdkPart>
  /** Not read with `textOnly`. */
  toUIMessageStream?(options?: never): AsyncIterable<UiChunk>
}

export interface FromAiSdkOptions {
  /** Yields the text deltas alone, as plain text without marks. @default false */
  readonly textOnly?: boolean
  /** The text that stands already, for a producer that goes on with it (`canResume`). @default '' */
  readonly before?: string
}

/** The options of the result's own `toUIMessageStream`: `sendReasoning`, `sendSources`, `messageMetadata`, `onError` and others. */
type StreamOptions<Result> = Result extends { toUIMessageStream(options?: infer Options): unknown }
  ? NonNullable<Options>
  : object

type Finish = { readonly finishReason: string }

/**
 * Turns an answer of the AI SDK into the text of a producer: `({ signal }) => fromAiSdk(streamText({ …, abortSignal: signal }))`.
 *
 * Yields marked text (`@keepstream/core/marks`): the prose, and between it marks for reasoning, tool calls and all else that the
 * result's `toUIMessageStream` sends with the same options. With `textOnly` it yields the text deltas alone.
 *
 * Returns the finish reason, such as `{ finishReason: 'stop' }`. A text that the provider cut has `length` or `content-filter`.
 * Unlike `textStream`, it throws if the answer is not whole. It throws the error of an error part unchanged (a refused request, a
 * failure in mid-answer), and not the text that `toUIMessageStream` shows for it. It throws an `Error` for an abort, for the finish
 * reason `error`, and for an answer that ends without a reason, as after a cut connection. Leaving it early cancels the answer.
 *
 * @throws {StreamError} `invalid-option` if a chunk, such as a file, is longer than a mark may be
 */
export function fromAiSdk<Result extends AiSdkResult>(
  result: Result,
  options: FromAiSdkOptions & StreamOptions<Result> = {} as StreamOptions<Result>,
): AsyncGenerator<string, Finish, void> {
  return options.textOnly ? textOf(result) : markedTextOf(result, options)
}

async function* textOf({ fullStream }: AiSdkResult): AsyncGenerator<string, Finish, void> {
  const end = createEnd()
  // Reads to the end, also after `finish`, because the SDK's own callbacks need that.
  for await (const part of fullStream) {
    end.observe(part)
    if (part.type === 'text-delta') yield deltaOf(part)
    end.check(part)
  }
  return { finishReason: end.reason() }
}

interface MarkedOptions extends FromAiSdkOptions {
  readonly messageMetadata?: (options: { readonly part: AiSdkPart }) => unknown
}

async function* markedTextOf(
  result: AiSdkResult,
  { textOnly, before, messageMetadata, ...options }: MarkedOptions,
): AsyncGenerator<string, Finish, void> {
  if (!result.toUIMessageStream)
    throw failure('the result has no toUIMessageStream. Pass the result of streamText, or textOnly')
  const end = createEnd()
  const marks = createMarkEncoder(before)
  let finish: UiChunk | undefined
  // It is called for each part before the chunk of that part is sent, and gets what the chunk does not have: the error itself.
  const observe: MarkedOptions['messageMetadata'] = (given) => {
    end.observe(given.part)
    return messageMetadata?.(given)
  }
  for await (const chunk of result.toUIMessageStream({ ...options, messageMetadata: observe } as never)) {
    end.check(chunk)
    if (chunk.type === 'finish') finish = chunk
    else {
      const text = marks.push(chunk)
      if (text !== '') yield text
    }
  }
  const finishReason = end.reason()
  // Not before its reason is known to be a good one.
  if (finish) yield marks.push(finish)
  return { finishReason }
}

/** How an answer ended, from the parts of `fullStream`. */
function createEnd() {
  let finish: AiSdkPart | undefined
  let error: AiSdkPart | undefined
  let abort: AiSdkPart | undefined
  return {
    observe(part: AiSdkPart): void {
      if (part.type === 'finish') finish = part
      if (part.type === 'error') error ??= part
      if (part.type === 'abort') abort ??= part
    },
    /** Throws at a part, or at the chunk that was made of it, which ends the answer. */
    check({ type }: { readonly type: string }): void {
      if (type === 'error') throw errorOf(error?.error)
      if (type === 'abort') throw failure(`the answer was aborted${suffix(abort?.reason)}`, abort?.reason)
    },
    reason: () => reasonOf(finish),
  }
}

function deltaOf({ text }: AiSdkPart): string {
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
