import { createStreamClient, keepstream, SourceError } from '@keepstream/core'
import { describe, expect, it, vi } from 'vitest'
import { fakeFetch, openBody } from '../support/fake-fetch'
import { fakePage } from '../support/fake-page'
import { fakeFetcher, fakeSubscription } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { GRACE_MS, setup, shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

/** Lets the last reader leave, and the grace pass. */
async function leave(detach: () => void) {
  detach()
  await pass(GRACE_MS)
}

describe('after the last reader has left and the grace is over (P11)', () => {
  it('a driven connection is aborted and no timer is left', async () => {
    const { client, live } = setup({ stallMs: 25_000 })
    const stream = client.stream('a')
    const detach = stream.attach({ start: true })
    await settle()
    live.last.sink.alive()
    live.last.sink.chunk({ offset: 0, text: 'ab' })
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    await leave(detach)
    expect(live.last.request.signal.aborted).toBe(true)
    live.last.sink.alive()
    live.last.sink.chunk({ offset: 2, text: 'late' })
    expect(vi.getTimerCount()).toBe(0)
    expect(shown(stream)).toMatchObject({ text: 'ab', connection: 'idle' })
  })

  it('a followed connection is aborted and no timer is left', async () => {
    const { client, tail } = setup({ stallMs: 25_000 })
    const detach = client.stream('a').attach()
    await settle()
    tail.last.sink.alive()
    await leave(detach)
    expect(tail.last.request.signal.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a subscription is unsubscribed', async () => {
    const snapshot = fakeSubscription({ offset: 0, text: 'ab', status: 'streaming' })
    const { client } = setup({ snapshot })
    const detach = client.stream('a').attach()
    await settle()
    expect(snapshot.last.isUndone).toBe(false)
    await leave(detach)
    expect(snapshot.last.isUndone).toBe(true)
    expect(snapshot.subscribed).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('no request is sent any more, neither between two polls nor during one', async () => {
    const snapshot = fakeFetcher(({ id }) =>
      id === 'slow' ? new Promise<never>(() => {}) : { offset: 0, text: '', status: 'pending' },
    )
    const { client } = setup({ snapshot })
    for (const id of ['slow', 'quick']) {
      const detach = client.stream(id).attach()
      await pass(450)
      await leave(detach)
      const { length } = snapshot.reads
      await pass(60_000)
      expect(snapshot.reads).toHaveLength(length)
      expect(snapshot.reads.at(-1)?.request.signal.aborted).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('nothing waits for another try, for the network or for a frame', async () => {
    const page = fakePage()
    const { client, tail } = setup()
    const detach = client.stream('a').attach()
    await settle()
    tail.last.fail(new SourceError('server', 'down'))
    await settle()
    expect(page.listenerCount).toBeGreaterThan(0)
    await leave(detach)
    expect(page.listenerCount).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    page.tell('online')
    page.paint()
    await pass(60_000)
    expect(tail.opened.at(-1)?.request.signal.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a failed stream is left at once', async () => {
    const { client, tail } = setup()
    const detach = client.stream('a').attach()
    await settle()
    tail.last.fail(new SourceError('forbidden', 'no'))
    await settle()
    detach()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a stream that is finished holds nothing, though its readers stay', async () => {
    const page = fakePage()
    const { client, live } = setup({ stallMs: 25_000 })
    client.stream('a').attach({ start: true })
    await settle()
    live.last.sink.alive()
    live.last.sink.chunk({ offset: 0, text: 'ab' })
    live.last.sink.end({ end: 2, status: 'done' })
    await settle()
    expect(live.last.request.signal.aborted).toBe(true)
    expect([vi.getTimerCount(), page.listenerCount]).toEqual([0, 0])
  })

  it('no request and no body of a Keepstream server is open', async () => {
    const bodies: ReturnType<typeof openBody>[] = []
    const fetch = fakeFetch(({ init }) => {
      const body = openBody(SSE, { init })
      bodies.push(body)
      body.send(wire.status({ status: 'streaming', epoch: 1, base: 0, upToDate: true }) + wire.text(2, 'ab'))
      return body.response
    })
    const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), graceMs: GRACE_MS })
    const detaches = [client.stream('a').attach({ start: true }), client.stream('b').attach()]
    await settle()
    expect(fetch.open()).toHaveLength(2)
    expect(bodies.map(({ isOver }) => isOver)).toEqual([false, false])
    for (const detach of detaches) detach()
    await pass(GRACE_MS)
    expect(fetch.open()).toHaveLength(0)
    expect(bodies.map(({ isOver }) => isOver)).toEqual([true, true])
    expect(vi.getTimerCount()).toBe(0)
  })
})
