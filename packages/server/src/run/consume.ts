import { StreamsError } from '../errors'
import { finishReasonOf } from '../store/finish-reason'
import type { Produced } from './producer'

/**
 * Appends everything `produced` yields, read as `for await` reads it, and answers with its finish reason. Gives up as soon
 * as `signal` aborts, even if the source is stuck, or `append` refuses a piece, and lets the source go without waiting
 * for it.
 */
export async function consume(
  produced: Produced,
  append: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (produced === undefined || produced === null) return undefined
  const source = sourceOf(produced)
  if (source === undefined) return finishReasonOf(produced)
  const iterator = openIterator(source)
  // As `for await` does: a `next` that is replaced while it runs is not called.
  const { next } = iterator
  for (;;) {
    const step = await unlessAborted(() => next.call(iterator), signal)
    if (step === aborted) {
      letGo(iterator)
      return undefined
    }
    if (!isObject(step)) throw notIterable(`next() of what a producer returned came to ${kindOf(step)}, not an object`)
    if (step.done) return finishReasonOf(step.value)
    try {
      await append(step.value)
    } catch (error) {
      letGo(iterator)
      throw error
    }
  }
}

/** Not awaited: a stuck source would hold up the end of the stream. Its failure to stop changes nothing there. */
function letGo(iterator: AsyncIterator<string, unknown>): void {
  void Promise.resolve()
    .then(() => iterator.return?.())
    .catch(() => undefined)
}

const aborted = Symbol('aborted')

/** A promise of its own for each step: racing against one promise that lives as long as the run would pile up on it. */
function unlessAborted<Step>(
  take: () => Step | PromiseLike<Step>,
  signal: AbortSignal,
): Promise<Step | typeof aborted> {
  if (signal.aborted) return Promise.resolve(aborted)
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(aborted)
    signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve()
      .then(take)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

type Source = AsyncIterable<string, unknown> | ReadableStream<string>

/** `undefined` for a producer's own result without text: `{ finishReason }`. */
function sourceOf(produced: Exclude<Produced, void>): Source | undefined {
  if (isObject(produced)) {
    if (Symbol.asyncIterator in produced || 'getReader' in produced) return produced as Source
    if ('finishReason' in produced) return undefined
  }
  throw new StreamsError(
    'invalid-text',
    `a producer returned ${kindOf(produced)}; pass text to append(), or return an async iterable or a ReadableStream ` +
      'of strings, or { finishReason }',
  )
}

function openIterator(source: Source): AsyncIterator<string, unknown> {
  if (!(Symbol.asyncIterator in source)) return readable(source)
  const iterator: unknown = source[Symbol.asyncIterator]()
  if (isObject(iterator)) return iterator as unknown as AsyncIterator<string, unknown>
  throw notIterable(`what a producer returned gives ${kindOf(iterator)} as its iterator, not an object`)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return value === undefined || value === null ? String(value) : `a value of type ${typeof value}`
}

/** The language's own error for this. */
function notIterable(what: string): TypeError {
  return new TypeError(`@keepstream/server: ${what}`)
}

/** `ReadableStream` is not async iterable everywhere (Safari). */
function readable(stream: ReadableStream<string>): AsyncIterator<string, unknown> {
  const reader = stream.getReader()
  return {
    next: () => reader.read() as Promise<IteratorResult<string, unknown>>,
    return: async () => {
      await reader.cancel()
      return { done: true, value: undefined }
    },
  }
}
