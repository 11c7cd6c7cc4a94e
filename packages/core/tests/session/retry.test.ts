import { SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakePage } from '../support/fake-page'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

describe('retry()', () => {
  it.each(['unauthorized', 'forbidden', 'not-found'] as const)('goes on after %s, from what is shown', async (code) => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } })
    tail.last.fail(new SourceError(code, 'no'))
    await pass(60_000)
    expect(tail.opened).toHaveLength(1)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', connection: 'failed', error: { code } })

    stream.retry()
    await settle()
    expect(tail.opened.map(({ request }) => request.offset)).toEqual([0, 5])
    tail.last.sink.next({ offset: 5, text: '!', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello!', status: 'done', error: undefined })
  })

  it('tries at once what waits', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach()
    await settle()
    tail.last.fail(new SourceError('server', 'down', { retryAfterMs: 60_000 }))
    await settle()
    expect(tail.opened).toHaveLength(1)
    stream.retry()
    await settle()
    expect(tail.opened).toHaveLength(2)
    await pass(60_000)
    expect(tail.opened).toHaveLength(2)
  })

  it('drives again, once, what failed at a source that cannot repeat', async () => {
    const { client, live, tail } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.fail(new SourceError('server', 'down'))
    await pass(30_000)
    tail.last.sink.next({ offset: 0, text: '', status: 'pending', origin: { epoch: 1, base: 0 } })
    await pass(30_000)
    expect(live.opened).toHaveLength(1)
    stream.retry()
    stream.retry()
    await pass(30_000)
    expect(live.opened).toHaveLength(2)
  })

  it('drives nothing whose generation is known to have begun', async () => {
    const { client, live, tail } = setup({ canRepeat: true })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'ab', origin: { epoch: 1, base: 0 } })
    live.last.fail(new SourceError('network', 'cut'))
    await settle()
    stream.retry()
    await settle()
    expect(live.opened).toHaveLength(1)
    expect(tail.last.request.offset).toBe(2)
  })

  it('does nothing to a stream that is finished or has no reader', async () => {
    const { client, live, tail } = setup()
    client.stream('idle').retry()
    const finished = client.stream('finished', { initial: { text: 'all', status: 'done' } })
    finished.attach()
    finished.retry()
    await pass(60_000)
    finished.retry()
    await pass(60_000)
    expect([tail.opened, live.opened]).toEqual([[], []])
  })
})

describe('the network coming back', () => {
  it('is a reason to try at once what waits', async () => {
    const page = fakePage()
    const { client, tail } = setup()
    client.stream('a').attach()
    await settle()
    tail.last.fail(new TypeError('Load failed'))
    await settle()
    expect(tail.opened).toHaveLength(1)
    page.tell('online')
    await settle()
    expect(tail.opened).toHaveLength(2)
    tail.last.sink.next({ offset: 0, text: 'all', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(page.listenerCount).toBe(0)
  })
})
