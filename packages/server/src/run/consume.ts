import { StreamServerError } from '../errors'
import { finishReasonOf } from '../store/finish-reason'
import type { Produced } from './producer'

/**
 * Appends everything that `produced` yields, read as `for await` reads it, and returns its finish reason. It stops as
 * soon as `signal` aborts, even if the source is stuck, or as soon as `append` rejects. It then closes the source
 * without waiting for that.
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
  // Read once, as `for await` does: a `next` that replaces it later is not called.
  const { next } = iterator
  const steps = abortableSteps(signal)
  try {
    for (;;) {
      const step = await steps.take(() => next.call(iterator))
      if (step === aborted) {
        closeSource(iterator)
        return undefined
      }
      if (!isObject(step))
        throw notIterable(`next() of what a producer returned resolved with ${kindOf(step)}, not an object`)
      if (step.done) return finishReasonOf(step.value)
      try {
        await append(step.value)
      } catch (error) {
        closeSource(iterator)
        throw error
      }
    }
  } finally {
    steps.end()
  }
}

/** Not awaited, because a stuck source would delay the end of the stream. An error while it closes has no effect. */
function closeSource(iterator: AsyncIterator<string, unknown>): void {
  void Promise.resolve()
    .then(() => iterator.return?.())
    .catch(() => undefined)
}

const aborted = Symbol('aborted')

/**
 * Steps of which each resolves with `aborted` as soon as the signal aborts, with one listener for all. Each step has its own
 * promise: racing against one that lives as long as the run would pile up reactions on it.
 */
function abortableSteps(signal: AbortSignal) {
  let leaveStep: () => void = () => undefined
  const onAbort = () => leaveStep()
  signal.addEventListener('abort', onAbort)
  return {
    take<Step>(take: () => Step | PromiseLike<Step>): Promise<Step | typeof aborted> {
      if (signal.aborted) return Promise.resolve(aborted)
      return new Promise((resolve, reject) => {
        leaveStep = () => resolve(aborted)
        Promise.resolve(take()).then(resolve, reject)
      })
    },
    end: () => signal.removeEventListener('abort', onAbort),
  }
}

type Source = AsyncIterable<string, unknown> | ReadableStream<string>

/** `undefined` for a result without text: `{ finishReason }`. */
function sourceOf(produced: Exclude<Produced, void>): Source | undefined {
  if (isObject(produced)) {
    if (Symbol.asyncIterator in produced || 'getReader' in produced) return produced as Source
    if ('finishReason' in produced) return undefined
  }
  throw new StreamServerError(
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

/** `TypeError`, as `for await` throws here. */
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
