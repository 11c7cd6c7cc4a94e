import { StreamsError } from './errors'
import type { Produced } from './producer'

/**
 * Appends everything `produced` yields. Gives up as soon as `signal` aborts, even if the source is stuck, or `append`
 * refuses a piece, and lets the source go without waiting for it.
 */
export async function consume(
  produced: Produced,
  append: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (produced === undefined || produced === null) return
  const iterator = iterableOf(produced)[Symbol.asyncIterator]()
  for (;;) {
    const step = await nextUnlessAborted(iterator, signal)
    if (step === undefined) return letGo(iterator)
    if (step.done) return
    try {
      await append(step.value)
    } catch (error) {
      letGo(iterator)
      throw error
    }
  }
}

/** Not awaited: a stuck source would hold up the end of the stream. Its failure to stop changes nothing there. */
function letGo(iterator: AsyncIterator<string>): void {
  void Promise.resolve()
    .then(() => iterator.return?.())
    .catch(() => undefined)
}

/** A promise of its own for each step: racing against one promise that lives as long as the run would pile up on it. */
function nextUnlessAborted(
  iterator: AsyncIterator<string>,
  signal: AbortSignal,
): Promise<IteratorResult<string> | undefined> {
  if (signal.aborted) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve(iterator.next())
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function iterableOf(produced: AsyncIterable<string> | ReadableStream<string>): AsyncIterable<string> {
  if (typeof produced === 'object') {
    if (Symbol.asyncIterator in produced) return produced
    if ('getReader' in produced) return readable(produced)
  }
  const what = Array.isArray(produced) ? 'an array' : `a value of type ${typeof produced}`
  throw new StreamsError(
    'invalid-text',
    `a producer returned ${what}; pass text to append(), or return an async iterable or a ReadableStream of strings`,
  )
}

/** `ReadableStream` is not async iterable everywhere (Safari). */
function readable(stream: ReadableStream<string>): AsyncIterable<string> {
  return {
    [Symbol.asyncIterator]() {
      const reader = stream.getReader()
      return {
        next: async () => {
          const step = await reader.read()
          return step.done ? { done: true, value: undefined } : { done: false, value: step.value }
        },
        return: async () => {
          await reader.cancel()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
