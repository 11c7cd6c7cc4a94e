import { describe, expect, it, vi } from 'vitest'
import { collectGarbage } from '../support/collect-garbage'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { GRACE_MS, setup, shown } from '../support/setup'

useFakeTime()

describe('attaching', () => {
  it('makes no request for a reader that leaves in the same tick (P11)', async () => {
    const { client, live, tail } = setup()
    client.stream('a').attach({ start: true })()
    client.stream('b').attach()()
    await pass(60_000)
    expect(live.opened).toEqual([])
    expect(tail.opened).toEqual([])
    expect(shown(client.stream('a')).connection).toBe('idle')
  })

  it('forgets streams without references, so that a client may live as long as a server', async () => {
    const kept: WeakRef<object>[] = []
    const { client } = setup()
    const make = (id: string) => kept.push(new WeakRef(client.stream(id)))
    for (let id = 0; id < 200; id++) make(String(id))
    await collectGarbage()
    const deref = vi.spyOn(WeakRef.prototype, 'deref')
    for (let id = 200; id < 1000; id++) client.stream(String(id))
    // Not one walk over all of them for each new one.
    expect(deref.mock.calls.length).toBeLessThan(5000)
    deref.mockRestore()
    expect(kept.filter((one) => one.deref()).length).toBe(0)
  })

  it('makes no request for a stream that is only made or listened to', async () => {
    const { client, live, tail } = setup()
    const unsubscribe = client.stream('a').$state.listen(() => {})
    client.stream('a').onText(() => {})
    await pass(60_000)
    expect([live.opened.length, tail.opened.length]).toEqual([0, 0])
    unsubscribe()
  })

  it('gives 20 readers of one id one stream, and one connection', async () => {
    const { client, tail } = setup()
    const streams = Array.from({ length: 20 }, () => client.stream('a'))
    for (const stream of streams) stream.attach()
    await settle()
    expect(new Set(streams).size).toBe(1)
    expect(tail.opened).toHaveLength(1)
    client.stream('b').attach()
    await settle()
    expect(tail.opened.map(({ request }) => request.id)).toEqual(['a', 'b'])
  })

  it('drives once when any of many readers wants it driven', async () => {
    const { client, live, tail } = setup()
    for (const driven of [false, true, true, false]) client.stream('a').attach({ start: driven })
    await settle()
    expect(live.opened).toHaveLength(1)
    expect(tail.opened.every(({ request }) => request.signal.aborted)).toBe(true)
  })

  it('goes over to driving when a reader that wants it comes later', async () => {
    const { client, live, tail } = setup()
    client.stream('a').attach()
    await settle()
    const following = tail.last
    client.stream('a').attach({ start: true })
    await settle()
    expect(following.request.signal.aborted).toBe(true)
    live.last.sink.chunk({ offset: 0, text: 'ab', origin: { epoch: 1, base: 0 } })
    await settle()
    expect(shown(client.stream('a'))).toMatchObject({ text: 'ab', status: 'streaming' })
  })

  it('streams after attach, detach, attach, as StrictMode does it', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true })()
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    live.last.sink.end({ end: 5, status: 'done' })
    await settle()
    expect(live.opened).toHaveLength(1)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', connection: 'closed' })
  })

  it('reads on without a break when a reader comes back within the grace', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    const detach = stream.attach({ start: true })
    await settle()
    detach()
    await pass(GRACE_MS - 1)
    stream.attach({ start: true })
    await pass(60_000)
    expect(live.opened).toHaveLength(1)
    expect(live.last.request.signal.aborted).toBe(false)
  })

  it('takes a detach that is called twice for one', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const detach = stream.attach()
    stream.attach()
    await settle()
    detach()
    detach()
    await pass(60_000)
    expect(tail.last.request.signal.aborted).toBe(false)
  })

  it('resumes from the offset as a follower after a remount in mid-stream, and never drives twice (P6)', async () => {
    const { client, live, tail } = setup()
    const detach = client.stream('a').attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
    await settle()
    detach()
    await pass(GRACE_MS)
    expect(live.last.request.signal.aborted).toBe(true)

    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(live.opened).toHaveLength(1)
    expect(tail.opened.map(({ request }) => request.offset)).toEqual([5])
    tail.last.sink.next({ offset: 5, text: ' world', status: 'done', origin: { epoch: 1, base: 0 } })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done' })
  })

  it('applies nothing that an old attempt still says', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    const detach = stream.attach({ start: true })
    await settle()
    const { sink, close } = live.last
    detach()
    await pass(GRACE_MS)
    sink.chunk({ offset: 0, text: 'late', origin: { epoch: 1, base: 0 } })
    sink.end({ end: 4, status: 'done' })
    close()
    await settle()
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending', connection: 'idle' })
  })

  it('shows nothing, and does nothing, while the id is undefined', async () => {
    const { client, live, tail } = setup()
    const stream = client.stream(undefined)
    const states: unknown[] = []
    const unsubscribe = stream.subscribe((state) => states.push(state))
    stream.attach({ start: true })()
    stream.retry()
    await pass(60_000)
    unsubscribe()
    expect(states).toEqual([expect.objectContaining({ text: '', status: 'pending', connection: 'idle' })])
    expect(stream.id).toBeUndefined()
    expect([live.opened.length, tail.opened.length]).toEqual([0, 0])
  })

  it('makes no request to show a finished stream again', async () => {
    const snapshot = fakeFetcher(() => ({ offset: 0, text: 'all', status: 'done' }))
    const { client } = setup({ snapshot })
    client.stream('a').attach()()
    const detach = client.stream('a').attach()
    await settle()
    detach()
    await pass(GRACE_MS)
    client.stream('a').attach({ start: true })
    await pass(60_000)
    expect(shown(client.stream('a'))).toMatchObject({ text: 'all', status: 'done', connection: 'closed' })
    expect(snapshot.reads).toHaveLength(1)
  })

  it('keeps what the newest streams showed after everybody left them, and only that', async () => {
    const snapshot = fakeFetcher(({ id }) => ({ offset: 0, text: `text of ${id}`, status: 'done' }))
    const { client } = setup({ snapshot, maxIdle: 2 })
    for (const id of ['a', 'b', 'c', 'd']) {
      const detach = client.stream(id).attach()
      await settle()
      detach()
      await pass(GRACE_MS)
    }
    snapshot.reads.length = 0
    await collectGarbage()
    for (const id of ['c', 'd']) {
      expect(shown(client.stream(id)).text).toBe(`text of ${id}`)
      client.stream(id).attach()
    }
    await pass(60_000)
    expect(snapshot.reads).toEqual([])
    for (const id of ['a', 'b']) expect(shown(client.stream(id)).text).toBe('')
  })

  it('is driven once also when what it showed was dropped since (P6)', async () => {
    const { client, live, tail } = setup({ maxIdle: 0 })
    await (async () => {
      const detach = client.stream('a').attach({ start: true })
      await settle()
      live.last.sink.chunk({ offset: 0, text: 'Hello', origin: { epoch: 1, base: 0 } })
      detach()
      await pass(GRACE_MS)
    })()
    expect(live.opened.splice(0)).toHaveLength(1)
    await collectGarbage()
    expect(shown(client.stream('a')).text).toBe('')
    client.stream('a').attach({ start: true })
    await settle()
    expect(live.opened).toHaveLength(0)
    expect(tail.last.request).toMatchObject({ id: 'a', offset: 0 })
  })
})

describe('`onEnd` of a reader', () => {
  it('is called once with the last state, after those who listen to the state', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    const order: string[] = []
    stream.attach({ start: true, onEnd: (state) => order.push(`end: ${state.status} ${state.text}`) })
    stream.$state.listen(({ status }) => queueMicrotask(() => order.push(`rendered: ${status}`)))
    await settle()
    order.length = 0
    live.last.sink.chunk({ offset: 0, text: 'ab' })
    live.last.sink.end({ end: 2, status: 'done' })
    expect(order).toEqual([])
    await settle()
    expect(order).toEqual(['rendered: streaming', 'rendered: done', 'end: done ab'])
    await pass(60_000)
    expect(order).toHaveLength(3)
  })

  it('is called for those that are attached at the end, also if the end causes one to leave, or another one to come', async () => {
    const { client, live } = setup()
    const stream = client.stream('a')
    const ended: string[] = []
    const attach = (name: string) => stream.attach({ start: true, onEnd: () => ended.push(name) })
    attach('early')()
    const leave = attach('leaves because of it')
    stream.subscribe(() => {}, { onEnd: () => ended.push('subscriber') })
    stream.$state.listen(({ status }) => {
      if (status !== 'done') return
      leave()
      attach('comes because of it')
    })
    await settle()
    live.last.sink.end({ end: 0, status: 'done' })
    attach('late')
    await settle()
    expect(ended).toEqual(['leaves because of it', 'subscriber'])
  })

  it('is not called for the `initial` of its own reader, but for that of another one', async () => {
    const { client } = setup()
    const stream = client.stream('a')
    const ended: string[] = []
    stream.attach({ onEnd: () => ended.push('one') })
    await settle()
    stream.attach({ initial: { text: 'all', status: 'done' }, onEnd: () => ended.push('other') })
    await settle()
    expect(ended).toEqual(['one'])
  })
})
