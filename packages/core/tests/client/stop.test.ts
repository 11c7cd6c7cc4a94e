import { createStreamClient, type End, SourceError } from '@keepstream/core'
import { smooth } from '@keepstream/core/smooth'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { GRACE_MS, setup, shown } from '../support/setup'

useFakeTime()

/** A stop source whose response the test controls, and the outcome of each promise. */
function stopped(answer: () => End | undefined | Promise<End | undefined>) {
  const asked: string[] = []
  const stop = async ({ id }: { id: string }) => {
    asked.push(id)
    return answer()
  }
  return { asked, ...setup({ stop }) }
}

/** Declared here, since all of Node's types would let the sources use them too. */
declare const process: Record<'on' | 'off', (event: 'unhandledRejection', listener: (reason: unknown) => void) => void>

/** `pending`, `resolved`, or the code of the rejection. */
function outcomeOf(promise: Promise<void>) {
  const outcome = { now: 'pending' }
  promise.then(
    () => {
      outcome.now = 'resolved'
    },
    (error) => {
      outcome.now = error.code
    },
  )
  return outcome
}

describe('stop()', () => {
  it('resolves at once when the stream is terminal, and sends no request', async () => {
    const { client, asked, tail } = stopped(() => undefined)
    const stream = client.stream('a', { initial: { text: 'all', status: 'done' } })
    await stream.stop()
    await pass(GRACE_MS)
    expect([asked, tail.opened]).toEqual([[], []])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects with stop-unsupported without a stop source', async () => {
    const { client } = setup()
    await expect(client.stream('a').stop()).rejects.toMatchObject({ code: 'stop-unsupported', name: 'StreamError' })
  })

  it('rejects with no-stream without an id', async () => {
    const { client } = stopped(() => undefined)
    await expect(client.stream(undefined).stop()).rejects.toMatchObject({ code: 'no-stream', name: 'StreamError' })
  })

  it('resolves when the response brings the end, and shows it', async () => {
    const { client, live } = stopped(() => ({ end: 2, status: 'stopped' }))
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'ab' })
    await stream.stop()
    expect(shown(stream)).toMatchObject({ text: 'ab', status: 'stopped', connection: 'closed', error: undefined })
    expect(live.last.request.signal.aborted).toBe(true)
  })

  it('reads on to an end that is ahead of the shown text, and never past it', async () => {
    const { client, tail } = stopped(() => ({ end: 5, status: 'stopped' }))
    const stream = client.stream('a')
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    const outcome = outcomeOf(stream.stop())
    await pass(1000)
    expect(outcome.now).toBe('pending')
    expect(shown(stream).status).toBe('streaming')
    tail.last.sink.next({ offset: 2, text: 'cdefgh', status: 'streaming' })
    await settle()
    expect(outcome.now).toBe('resolved')
    expect(shown(stream)).toMatchObject({ text: 'abcde', status: 'stopped' })
  })

  it('keeps a shown text that is longer than the stored end', async () => {
    const { client, live } = stopped(() => ({ end: 2, status: 'stopped' }))
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'abcd' })
    await stream.stop()
    live.last.sink.chunk({ offset: 4, text: 'late' })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'abcd', status: 'stopped' })
  })

  it('is latched by a response without an end, and resolves when the terminal status is read', async () => {
    const { client, tail } = stopped(() => undefined)
    const stream = client.stream('a')
    stream.attach()
    await settle()
    const outcome = outcomeOf(stream.stop())
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    await pass(30_000)
    expect(outcome.now).toBe('pending')
    tail.last.sink.next({ offset: 2, text: 'c', status: 'stopped' })
    await settle()
    expect(outcome.now).toBe('resolved')
    expect(shown(stream)).toMatchObject({ text: 'abc', status: 'stopped' })
  })

  it('resolves as well when the stream ends in another way first', async () => {
    const { client, tail } = stopped(() => undefined)
    const stream = client.stream('a')
    const outcome = outcomeOf(stream.stop())
    await settle()
    tail.last.sink.next({ offset: 0, text: 'all', status: 'done' })
    await settle()
    expect(outcome.now).toBe('resolved')
    expect(shown(stream).status).toBe('done')
  })

  it('resolves when the stream ends by itself without a response, and aborts the request', async () => {
    const signals: AbortSignal[] = []
    const { client, live } = setup({
      stop: ({ signal }) => {
        signals.push(signal)
        return new Promise<never>(() => {})
      },
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    const outcome = outcomeOf(stream.stop())
    live.last.sink.end({ end: 0, status: 'done' })
    await settle()
    expect([outcome.now, signals.map(({ aborted }) => aborted)]).toEqual(['resolved', [true]])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is in the state until the end is shown, and sends one request however often it is called', async () => {
    const { client, asked, live } = stopped(() => undefined)
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    const calls = [stream.stop(), stream.stop()]
    expect(shown(stream).isStopping).toBe(true)
    live.last.sink.end({ end: 0, status: 'stopped' })
    await Promise.all(calls)
    expect([asked, shown(stream).isStopping]).toEqual([['a'], false])
  })

  it('as the handler of a button leaves no unhandled rejection, and may be called again', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { client, asked } = stopped(() => Promise.reject(new SourceError('network', 'in a test')))
    for (const stream of [client.stream('a'), smooth(client).stream('b')]) {
      stream.attach()
      const { stop } = stream
      stop()
      await settle()
      expect(shown(stream).isStopping).toBe(false)
      await expect(stop()).rejects.toMatchObject({ code: 'network' })
    }
    vi.useRealTimers()
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect([asked.length, unhandled]).toEqual([4, []])
  })

  it('that is noted fails after two minutes if nothing can be read, and reads no longer', async () => {
    const snapshot = fakeFetcher(() => Promise.reject(new SourceError('network', 'in a test')))
    const { client } = setup({ snapshot, stop: async () => undefined })
    const stream = client.stream('a')
    const outcome = outcomeOf(stream.stop())
    await pass(119_000)
    expect([outcome.now, shown(stream).isStopping]).toEqual(['pending', true])
    await pass(1_000 + GRACE_MS)
    expect([outcome.now, shown(stream)]).toMatchObject(['network', { isStopping: false, connection: 'idle' }])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may be called in the tick that starts the drive', async () => {
    const { client, live, asked } = stopped(() => undefined)
    const stream = client.stream('a')
    stream.attach({ start: true })
    const outcome = outcomeOf(stream.stop())
    await settle()
    expect(asked).toEqual(['a'])
    live.last.sink.end({ end: 0, status: 'stopped' })
    await settle()
    expect(outcome.now).toBe('resolved')
    expect(shown(stream)).toMatchObject({ text: '', status: 'stopped' })
  })

  it('does not wait behind a read that hangs', async () => {
    const { client, asked } = stopped(() => ({ end: 0, status: 'stopped' }))
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    await stream.stop()
    expect(asked).toEqual(['a'])
    expect(shown(stream).status).toBe('stopped')
  })

  it('works on a stream without readers, and leaves nothing behind', async () => {
    const { client, tail, asked } = stopped(() => undefined)
    const stream = client.stream('a')
    const outcome = outcomeOf(stream.stop())
    await settle()
    expect(asked).toEqual(['a'])
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'stopped' })
    await settle()
    expect(outcome.now).toBe('resolved')
    await pass(GRACE_MS)
    expect(tail.last.request.signal.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('resolves by polls alone, for a polled snapshot source', async () => {
    const stop = vi.fn(async () => undefined)
    const snapshot = fakeFetcher((_, count) => ({ offset: 0, text: 'ab', status: count < 3 ? 'streaming' : 'stopped' }))
    const client = createStreamClient({ snapshot, stop, poll: { minMs: 200, maxMs: 1600 } })
    const outcome = outcomeOf(client.stream('a').stop())
    await pass(10_000)
    expect(outcome.now).toBe('resolved')
    expect(stop).toHaveBeenCalledTimes(1)
    expect(snapshot.reads).toHaveLength(3)
  })

  it('rejects when it could not be delivered, and reading goes on', async () => {
    const { client, tail } = stopped(() => Promise.reject(new SourceError('server', 'down')))
    const stream = client.stream('a')
    stream.attach()
    await settle()
    await expect(stream.stop()).rejects.toMatchObject({ code: 'server' })
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    expect(shown(stream)).toMatchObject({ text: 'ab', connection: 'live', retrying: undefined })
    expect(tail.last.request.signal.aborted).toBe(false)
  })

  it('rejects with why when the end can never be read', async () => {
    const { client, tail } = stopped(() => undefined)
    const outcome = outcomeOf(client.stream('a').stop())
    await settle()
    tail.last.fail(new SourceError('not-found', 'gone'))
    await settle()
    expect(outcome.now).toBe('not-found')
  })
})
