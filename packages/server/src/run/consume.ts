import { StreamServerError } from '../errors'
import { finishReasonOf } from '../store/finish-reason'
import type { Produced } from './producer'

/**
 * Appends everything that `produced` yields, read as `for await` reads it, and returns its finish reason. It stops as
 * soon as `signal` aborts, even if the source is stuck, or as soon as `append` rejects. It then closes the source
 * without waiting for that.
 *
 * @param append returns `undefined` if the next text may come at once
 */
export async function consume(
  produced: Produced,
  append: (text: string) => Promise<void> | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (produced === undefined || produced === null) return undefined
  const source = sourceOf(produced)
  return source === undefined ? finishReasonOf(produced) : appendAll(openIterator(source), append, signal)
}

/** With callbacks instead of `await`: this runs for each token, and a race with the signal would cost four promises. */
function appendAll(
  iterator: AsyncIterator<string, unknown>,
  append: (text: string) => Promise<void> | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Read once, as `for await` does: a `next` that replaces it later is not called.
  const { next } = iterator
  return new Promise((resolve, reject) => {
    let isOver = false
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    else pull()

    function pull(): void {
      if (isOver) return
      try {
        Promise.resolve(next.call(iterator)).then(take, fail)
      } catch (error) {
        fail(error)
      }
    }

    function take(result: unknown): void {
      if (isOver) return
      try {
        const { done, value } = iteratorResult(result)
        if (done) finish(finishReasonOf(value))
        else add(value)
      } catch (error) {
        fail(error)
      }
    }

    function add(text: string): void {
      const appended = append(text)
      if (appended) appended.then(pull, refuse)
      else pull()
    }

    function finish(finishReason: string | undefined): void {
      if (end()) resolve(finishReason)
    }

    function fail(error: unknown): void {
      if (end()) reject(error)
    }

    function refuse(error: unknown): void {
      if (!end()) return
      closeSource(iterator)
      reject(error)
    }

    function stop(): void {
      if (!end()) return
      closeSource(iterator)
      resolve(undefined)
    }

    function end(): boolean {
      if (isOver) return false
      isOver = true
      signal.removeEventListener('abort', stop)
      return true
    }
  })
}

function iteratorResult(result: unknown): IteratorResult<string, unknown> {
  if (isObject(result)) return result as IteratorResult<string, unknown>
  throw notIterable(`next() of what a producer returned resolved with ${kindOf(result)}, not an object`)
}

/** Not awaited, because a stuck source would delay the end of the stream. An error while it closes has no effect. */
function closeSource(iterator: AsyncIterator<string, unknown>): void {
  void Promise.resolve()
    .then(() => iterator.return?.())
    .catch(() => undefined)
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
