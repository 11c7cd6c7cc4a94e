import {
  createStreamClient,
  fetchSnapshot,
  type Initial,
  initialStreamState,
  keepstream,
  type Snapshot,
  SourceError,
  type StreamClientOptions,
} from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { isTerminal } from '../../src/types'
import { fakeFetch, json } from '../support/fake-fetch'
import { fakeFetcher, fakeSubscription, fakeTail } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { reportedIn } from '../support/reported'
import { setup, shown, WAITS } from '../support/setup'

useFakeTime()

/** A response with one field of the wrong type, and that field. */
const snapshots: [string, unknown][] = [
  ['text', { offset: 0, text: ['a', 'b'], status: 'done' }],
  ['text', { offset: 0, text: 5, status: 'streaming' }],
  ['text', { offset: 0, status: 'streaming' }],
  ['text', { offset: 0, text: null, status: 'streaming' }],
  ['status', { offset: 0, text: 'abc', status: ['done'] }],
  ['status', { offset: 0, text: 'abc', status: { toString: () => 'done' } }],
  ['status', { offset: 0, text: 'abc', status: 'finished' }],
  ['status', { offset: 0, text: 'abc' }],
  ['offset', { offset: -1, text: 'abc', status: 'streaming' }],
  ['offset', { offset: 0.5, text: 'abc', status: 'streaming' }],
  ['offset', { offset: '0', text: 'abc', status: 'streaming' }],
  ['offset', { offset: Number.NaN, text: 'abc', status: 'streaming' }],
  ['offset', { offset: 2 ** 60, text: 'abc', status: 'streaming' }],
  ['offset', { text: 'abc', status: 'streaming' }],
  ['origin', { offset: 0, text: 'abc', status: 'streaming', origin: { epoch: '1', base: 0 } }],
  ['origin', { offset: 0, text: 'abc', status: 'streaming', origin: { epoch: -1, base: 0 } }],
  ['origin', { offset: 0, text: 'abc', status: 'streaming', origin: { epoch: 1 } }],
  ['origin', { offset: 0, text: 'abc', status: 'streaming', origin: 1 }],
  ['origin', { offset: 0, text: 'abc', status: 'streaming', origin: { epoch: 1, base: [0] } }],
  ['origin', { offset: 0, text: 'abc', status: 'streaming', origin: { epoch: 1, base: Number.POSITIVE_INFINITY } }],
  ['upToDate', { offset: 0, text: 'abc', status: 'streaming', upToDate: 'false' }],
  ['stalled', { offset: 0, text: 'abc', status: 'streaming', stalled: 'true' }],
  ['error', { offset: 0, text: 'abc', status: 'error', error: { message: 'words' } }],
  ['offset', null],
  ['offset', undefined],
  ['offset', 'abc'],
]

const chunks: [string, unknown][] = [
  ['offset', { text: 'abc' }],
  ['offset', { offset: -1, text: 'abc' }],
  ['text', { offset: 0, text: ['abc'] }],
  ['origin', { offset: 0, text: 'abc', origin: { epoch: 1.5, base: 0 } }],
  ['origin', { offset: 0, text: 'abc', origin: { epoch: 1, base: -1 } }],
  ['upToDate', { offset: 0, text: 'abc', upToDate: 1 }],
  ['offset', undefined],
]

const ends: [string, unknown][] = [
  ['end', { status: 'done' }],
  ['end', { end: -1, status: 'done' }],
  ['end', { end: '0', status: 'done' }],
  ['status', { end: 0, status: ['done'] }],
  ['status', { end: 0, status: 'streaming' }],
  ['epoch', { end: 0, status: 'done', epoch: '1' }],
  ['error', { end: 0, status: 'error', error: ['words'] }],
  ['end', undefined],
]

/** Nothing is shown, the error names the field, and the source is called less and less often. */
async function expectRefused(
  options: Partial<StreamClientOptions>,
  field: string,
  asked: () => number,
  driven = false,
) {
  const { client } = setup(options)
  const stream = client.stream('a')
  stream.attach({ start: driven })
  await settle()
  expect(shown(stream)).toMatchObject({ text: '', status: 'pending', connection: 'waiting' })
  expect(shown(stream).retrying?.error).toMatchObject({ code: 'server' })
  expect(shown(stream).retrying?.error.message).toContain(`\`${field}\``)
  await pass(10_000)
  expect(shown(stream)).toMatchObject({ text: '', status: 'pending' })
  expect(asked()).toBeLessThan(20)
}

describe('a response with a field of the wrong type', () => {
  it.each(snapshots)('%s: is refused from a fetcher: %o', async (field, answer) => {
    const snapshot = fakeFetcher(() => answer as Snapshot)
    await expectRefused({ snapshot }, field, () => snapshot.reads.length)
    expect(snapshot.reads.length).toBeGreaterThan(2)
  })

  it.each(snapshots)('%s: is refused from a subscription, at which nothing is thrown: %o', async (field, answer) => {
    const source = fakeSubscription()
    let count = 0
    const snapshot = {
      subscribe: (...args: Parameters<typeof source.subscribe>) => {
        count++
        const unsubscribe = source.subscribe(...args)
        source.last.sink.next(answer as Snapshot)
        return unsubscribe
      },
    }
    await expectRefused({ snapshot }, field, () => count)
    expect(source.subscribed.slice(0, -1).every(({ isUndone }) => isUndone)).toBe(true)
  })

  it.each(snapshots)('%s: is refused from a tail: %o', async (field, answer) => {
    const tail = fakeTail()
    const open: typeof tail.open = (request, sink) => {
      queueMicrotask(() => sink.next(answer as Snapshot))
      return tail.open(request, sink)
    }
    await expectRefused({ snapshot: { open } }, field, () => tail.opened.length)
  })

  it.each(chunks)('%s: is refused in a chunk: %o', async (field, chunk) => {
    const { live } = setup()
    const open: typeof live.open = (request, sink) => {
      queueMicrotask(() => sink.chunk(chunk as never))
      return live.open(request, sink)
    }
    await expectRefused({ live: { open, canRepeat: true } }, field, () => live.opened.length, true)
  })

  it.each(ends)('%s: is refused in an end: %o', async (field, end) => {
    const { live } = setup()
    const open: typeof live.open = (request, sink) => {
      queueMicrotask(() => sink.end(end as never))
      return live.open(request, sink)
    }
    await expectRefused({ live: { open, canRepeat: true } }, field, () => live.opened.length, true)
  })

  it.each(ends.slice(0, -1))('%s: is refused in the answer to stop(): %o', async (field, end) => {
    const { client } = setup({ stop: async () => end as never })
    const stream = client.stream('a')
    const error = await stream.stop().catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'server' })
    expect((error as Error).message).toContain(`\`${field}\``)
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending' })
  })

  it('is refused over HTTP, however often it is repeated', async () => {
    const fetch = fakeFetch(() => json({ offset: -1, text: 'abc', status: 'streaming' }))
    await expectRefused({ snapshot: fetchSnapshot({ url: '/read', fetch }) }, 'offset', () => fetch.requests.length)
  })

  it.each(ends.slice(0, -1).map(([field, end]) => [field.replace('end', 'offset'), end as { end: unknown }] as const))(
    '%s: is refused in the stop answer of a server: %o',
    async (_, { end, ...rest }) => {
      const fetch = fakeFetch(() => json({ ...rest, offset: end }))
      const { stop } = keepstream({ url: '/streams', fetch })
      const { client } = setup({ stop })
      const stream = client.stream('a')
      const outcome = stream.stop().catch((error: unknown) => error)
      await pass(1000)
      expect(shown(stream)).toMatchObject({ text: '', status: 'pending' })
      // A status that is not terminal means that the stop is requested: reading goes on.
      if (rest && isTerminal((rest as { status: never }).status))
        expect(await outcome).toMatchObject({ code: 'server' })
    },
  )

  // `initial` has no `stalled`, the error of a kept state is an object, and its offset may be left out.
  const initials = snapshots.filter(
    ([field, answer]) =>
      answer &&
      typeof answer === 'object' &&
      !/stalled|error/.test(field) &&
      (field !== 'offset' || 'offset' in answer),
  )
  it.each(initials)('%s: is refused as `initial`: %o', (field, answer) => {
    const { client } = setup()
    const message = new RegExp(`\`initial\`|\`${field}\``)
    expect(() => client.stream('a', { initial: answer as Initial })).toThrow(message)
    expect(() => client.stream('a').attach({ initial: answer as Initial })).toThrow(message)
    expect(() => initialStreamState(answer as Initial)).toThrow(message)
  })

  it('shows nothing of a connection that is no known one', async () => {
    const source = fakeSubscription()
    const stream = setup({ snapshot: source }).client.stream('a')
    stream.attach()
    await settle()
    source.last.sink.connection('closed' as never)
    expect(shown(stream).connection).toBe('waiting')
    expect(shown(stream).retrying?.error).toMatchObject({ code: 'server' })
  })

  it.each([
    ['an offset that is none', { offset: -1, epoch: 2 }],
    ['an offset in words', { offset: '2', epoch: 2 }],
    ['no offset', { epoch: 2 }],
    ['an epoch in words', { offset: 1, epoch: '2' }],
  ])('cuts nothing for texts that part at %s', async (_, facts) => {
    const { client, tail } = setup()
    const stream = client.stream('a', { initial: { text: 'abc', status: 'streaming', origin: { epoch: 1, base: 0 } } })
    stream.attach()
    await settle()
    tail.last.fail(new SourceError('diverged', 'in a test', facts as never))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'abc', connection: 'waiting', retrying: { error: { code: 'server' } } })
  })

  it('makes no hot loop of a wait that is no number', async () => {
    const { client, tail } = setup()
    const open: typeof tail.open = (request, sink) => {
      queueMicrotask(() => tail.last.fail(new SourceError('server', 'in a test', { retryAfterMs: 'soon' as never })))
      return tail.open(request, sink)
    }
    const other = createStreamClient({ snapshot: { open }, retry: WAITS, poll: WAITS })
    other.stream('a').attach()
    client.stream('a')
    await pass(10_000)
    expect(tail.opened.length).toBeLessThan(20)
    expect(tail.opened.length).toBeGreaterThan(2)
  })

  it('does not prove that a silent channel is alive', async () => {
    const errors = await reportedIn(async () => {
      const { client, live } = setup({ snapshot: fakeFetcher(() => ({ text: ['a'], status: 'done' }) as never) })
      const stream = client.stream('a')
      stream.attach({ start: true })
      await settle()
      live.last.sink.chunk({ offset: 0, text: 'abc' })
      await pass(31_000)
      expect(shown(stream)).toMatchObject({ text: 'abc', connection: 'live' })
    })
    expect(errors).toEqual([])
  })

  it('takes `null` for a field that is left out, as many backends write it', async () => {
    const answer = { offset: 0, text: 'abc', status: 'done', origin: null, upToDate: null, error: null }
    const stream = setup({ snapshot: fakeFetcher(() => answer as never) }).client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'abc', status: 'done', error: undefined })
  })
})

it('a status that only resembles a terminal one is none', () => {
  expect(
    [['done'], { toString: () => 'done' }, 'undone', 'done ', undefined].map((word) => isTerminal(word as never)),
  ).toEqual([false, false, false, false, false])
})
