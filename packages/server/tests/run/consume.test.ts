import { describe, expect, it, vi } from 'vitest'
import type { Produced } from '../../src/index'
import { consume } from '../../src/run/consume'
import { createRig, request } from '../support/rig'

/** The end of a run whose producer returns `produced`. */
async function ended(produced: unknown) {
  const { streams, clock, errors } = createRig()
  const id = await streams.createStream()
  await streams.stream(request(), id, () => produced as Produced)
  await clock.advance(300)
  const { text, status } = await streams.getStreamBody(id)
  return { text, status, errors: errors.map(({ error }) => error) }
}

/** The text that `for await` reads, or what it throws. */
async function forAwait(iterable: AsyncIterable<string>) {
  let text = ''
  try {
    for await (const chunk of iterable) text += chunk
    return { text, thrown: undefined }
  } catch (thrown) {
    return { text, thrown }
  }
}

/** Yields one chunk, and then `step`. */
const iterating = (step: () => unknown, iterator: object = {}) => ({
  [Symbol.asyncIterator]() {
    let calls = 0
    return { next: async () => (calls++ === 0 ? { done: false, value: 'text' } : step()), ...iterator }
  },
})

const thenable = (value: unknown) => ({
  // biome-ignore lint/suspicious/noThenProperty: this test needs a thenable
  then: (resolve: (value: unknown) => void) => resolve(value),
})
const failure = new Error('the model failed')

describe('S20 an iterator is read as `for await` reads it', () => {
  it.each<[string, () => object]>([
    ['undefined for a result', () => iterating(() => undefined)],
    ['null for a result', () => iterating(() => null)],
    ['a string for a result', () => iterating(() => 'done')],
    ['a number for a result', () => iterating(() => 1)],
    ['true for a result', () => iterating(() => true)],
    ['a result that resolves to undefined', () => iterating(() => thenable(undefined))],
    ['next() that throws', () => iterating(() => Promise.reject(failure))],
    [
      'next() that throws at once',
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            throw failure
          },
        }),
      }),
    ],
    ['no next()', () => ({ [Symbol.asyncIterator]: () => ({}) })],
    ['a next that is not a function', () => ({ [Symbol.asyncIterator]: () => ({ next: {} }) })],
    ['undefined for an iterator', () => ({ [Symbol.asyncIterator]: () => undefined })],
    ['a string for an iterator', () => ({ [Symbol.asyncIterator]: () => 'text' })],
    ['an asyncIterator that is not a function', () => ({ [Symbol.asyncIterator]: 1 })],
    [
      'an asyncIterator that throws',
      () => ({
        [Symbol.asyncIterator]() {
          throw failure
        },
      }),
    ],
    [
      'a `done` that throws',
      () =>
        iterating(() => ({
          get done() {
            throw failure
          },
        })),
    ],
    [
      'a value that throws',
      () =>
        iterating(() => ({
          get value() {
            throw failure
          },
        })),
    ],
  ])('%s is an error', async (_, make) => {
    const { text, thrown } = await forAwait(make() as AsyncIterable<string>)
    expect(thrown).toBeInstanceOf(Error)
    const { errors, ...body } = await ended(make())
    expect(body).toEqual({ text, status: 'error' })
    expect(errors).toHaveLength(1)
    if (thrown === failure) expect(errors).toEqual([failure])
    else expect(errors[0]).toBeInstanceOf(TypeError)
  })

  it.each<[string, () => object]>([
    ['a `done` that is truthy', () => iterating(() => ({ done: 1 }))],
    ['a `done` that is a string', () => iterating(() => ({ done: 'no', value: 'left out' }))],
    ['a result that is a function', () => iterating(() => Object.assign(() => 0, { done: true }))],
    ['a thenable for a result', () => iterating(() => thenable({ done: true }))],
    ['an array for a result', () => iterating(() => Object.assign([], { done: true }))],
    ['return() that would reject', () => iterating(() => ({ done: true }), { return: () => Promise.reject(failure) })],
    [
      'an iterable that is a function',
      () =>
        Object.assign(
          () => 0,
          iterating(() => ({ done: true })),
        ),
    ],
    [
      '`next` replaced while it runs',
      () => {
        const iterator: { next: () => Promise<unknown> } = {
          async next() {
            iterator.next = () => Promise.reject(failure)
            return { done: seen++ > 0, value: 'text' }
          },
        }
        let seen = 0
        return { [Symbol.asyncIterator]: () => iterator }
      },
    ],
  ])('%s is not an error', async (_, make) => {
    expect(await forAwait(make() as AsyncIterable<string>)).toEqual({ text: 'text', thrown: undefined })
    expect(await ended(make())).toEqual({ text: 'text', status: 'done', errors: [] })
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a string', 'done'],
    ['an empty object', {}],
    ['a chunk of bytes', { done: false, value: new Uint8Array([104]) }],
  ])('a reader whose result is %s is an error', async (_, step) => {
    let isCancelled = false
    const read = async () => step
    const cancel = async () => {
      isCancelled = true
    }
    const { status, text, errors } = await ended({ getReader: () => ({ read, cancel }) })
    expect([status, text, errors.length]).toEqual(['error', '', 1])
    // As `for await`, it does not close an iterator that broke the contract.
    expect(isCancelled).toBe(typeof step === 'object')
  })

  it('a ReadableStream that fails is an error', async () => {
    const readable = new ReadableStream<string>({
      start: (controller) => controller.enqueue('text'),
      pull: (controller) => controller.error(failure),
    })
    for (const produced of [readable, { getReader: () => broken().getReader() }])
      expect(await ended(produced)).toEqual({ text: 'text', status: 'error', errors: [failure] })

    function broken() {
      let pulls = 0
      return new ReadableStream<string>(
        { pull: (controller) => (pulls++ ? controller.error(failure) : controller.enqueue('text')) },
        { highWaterMark: 0 },
      )
    }
  })

  it('a synchronous generator, or any other synchronous iterable, is refused', async () => {
    function* chunks() {
      yield 'text'
    }
    for (const produced of [chunks(), new Set(['text']), ['text']]) {
      const { status, errors } = await ended(produced)
      expect([status, errors]).toMatchObject(['error', [{ code: 'invalid-text' }]])
    }
  })
})

describe('S21 an empty text', () => {
  it.each<[string, () => unknown]>([
    ['returned nothing and appended nothing', () => undefined],
    ['returned null', () => null],
    ['resolved to nothing', async () => undefined],
    ['ended its iterable at once', async function* () {}],
    [
      'yielded only empty texts',
      async function* () {
        yield ''
      },
    ],
    ['closed its stream at once', () => new ReadableStream({ start: (controller) => controller.close() })],
    ['returned a finish reason', () => ({ finishReason: 'stop' })],
  ])('is `done` if the producer %s', async (_, make) => {
    const { errors, text, status } = await ended(make())
    expect({ errors, text, status }).toEqual({ text: '', status: 'done', errors: [] })
  })

  it('is `error` if the producer threw, even before its first text', async () => {
    const aborted = async function* () {
      const response = await fetch('data:,text', { signal: AbortSignal.abort(failure) })
      yield await response.text()
    }
    const causes: [unknown, unknown][] = [
      [Promise.reject(failure), failure],
      [aborted(), failure],
      [new ReadableStream({ start: (controller) => controller.error(failure) }), failure],
    ]
    for (const [produced, cause] of causes)
      expect(await ended(produced)).toEqual({ text: '', status: 'error', errors: [cause] })
  })
})

it('one listener of the signal serves all texts, and none is left', async () => {
  const { signal } = new AbortController()
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
  const words = async function* () {
    for (let word = 0; word < 100; word++) yield 'word '
  }
  await consume(words(), () => Promise.resolve(), signal)
  expect([add.mock.calls.length, remove.mock.calls]).toEqual([1, add.mock.calls])
})
