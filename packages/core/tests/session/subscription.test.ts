import { SourceError } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { fakeSubscription } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

function subscribed(first?: Parameters<typeof fakeSubscription>[0]) {
  const snapshot = fakeSubscription(first)
  const { client, live } = setup({ snapshot })
  const stream = client.stream('a')
  return { snapshot, stream, live }
}

describe('a snapshot that is pushed', () => {
  it('may push a snapshot in the call of subscribe itself', async () => {
    const { stream, snapshot } = subscribed({ offset: 0, text: 'Hello', status: 'streaming' })
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', connection: 'live' })
    expect(snapshot.subscribed).toHaveLength(1)
    expect(snapshot.last.isUndone).toBe(false)
  })

  it('is unsubscribed at a terminal status, also when that came in the call of subscribe itself', async () => {
    const { stream, snapshot } = subscribed({ offset: 0, text: 'all', status: 'done' })
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'all', status: 'done', connection: 'closed' })
    expect(snapshot.last.isUndone).toBe(true)
  })

  it('stays one subscription for as long as it takes, and sends no request', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    for (let length = 1; length <= 50; length++) {
      snapshot.last.sink.next({ offset: 0, text: 'x'.repeat(length), status: 'streaming' })
      await pass(10_000)
    }
    expect(snapshot.subscribed).toHaveLength(1)
    expect(shown(stream).text).toHaveLength(50)
  })

  it('shows a failure and goes on, and the failure goes with progress', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    const { sink } = snapshot.last
    sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    sink.fail(new SourceError('server', 'the query failed'))
    expect(shown(stream)).toMatchObject({ text: 'ab', retrying: { error: { code: 'server' } } })
    await pass(60_000)
    expect(snapshot.subscribed).toHaveLength(1)
    expect(snapshot.last.isUndone).toBe(false)
    sink.next({ offset: 0, text: 'abc', status: 'streaming' })
    expect(shown(stream)).toMatchObject({ text: 'abc', retrying: undefined })
  })

  it('is created again after a wait when it is lost, unless the failure is final', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    const { sink } = snapshot.last
    sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    sink.lost(new SourceError('server', 'the query failed'))
    await settle()
    expect(snapshot.subscribed[0]?.isUndone).toBe(true)
    expect(shown(stream)).toMatchObject({ text: 'ab', connection: 'waiting', retrying: { error: { code: 'server' } } })
    sink.next({ offset: 0, text: 'abc', status: 'done' })
    expect(shown(stream).text).toBe('ab')
    await pass(1000)
    expect(snapshot.subscribed).toHaveLength(2)
    snapshot.last.sink.next({ offset: 0, text: 'abc', status: 'streaming' })
    expect(shown(stream)).toMatchObject({ text: 'abc', connection: 'live', retrying: undefined })
    snapshot.last.sink.lost(new SourceError('not-found', 'deleted'))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'abc', connection: 'failed', error: { code: 'not-found' } })
    await pass(60_000)
    expect(snapshot.subscribed).toHaveLength(2)
    stream.retry()
    await settle()
    expect(snapshot.subscribed).toHaveLength(3)
  })

  it('is unsubscribed also when it is lost in the call of subscribe itself', async () => {
    let unsubscribed = 0
    const { client } = setup({
      snapshot: {
        subscribe(_request, sink) {
          sink.lost(new SourceError('forbidden', 'not yours'))
          return () => void unsubscribed++
        },
      },
    })
    const stream = client.stream('a')
    stream.attach()
    await settle()
    expect(shown(stream)).toMatchObject({ connection: 'failed', error: { code: 'forbidden' } })
    expect(unsubscribed).toBe(1)
  })

  it('counts any other failure as `network`, with its cause', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    const cause = new TypeError('no')
    snapshot.last.sink.fail(cause)
    expect(shown(stream).retrying?.error).toMatchObject({ name: 'StreamError', code: 'network', cause })
  })

  it('reports the connection', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    const { sink } = snapshot.last
    sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    for (const connection of ['waiting', 'live'] as const) {
      sink.connection(connection)
      expect(shown(stream).connection).toBe(connection)
    }
  })

  it('shows a stale snapshot as nothing, and never a shorter text (P2)', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    for (const text of ['abc', 'ab', '', 'a']) snapshot.last.sink.next({ offset: 0, text, status: 'streaming' })
    await pass(1000)
    expect(shown(stream)).toMatchObject({ text: 'abc', isReconciled: false })
  })

  it('replaces shown text that it contradicts, and says so (P9)', async () => {
    const { stream, snapshot } = subscribed()
    stream.attach()
    await settle()
    snapshot.last.sink.next({ offset: 0, text: 'Hello world', status: 'streaming' })
    snapshot.last.sink.next({ offset: 0, text: 'Hello you', status: 'streaming' })
    expect(shown(stream)).toMatchObject({ text: 'Hello you', isReconciled: true })
  })

  it('takes over when the driven connection is cut', async () => {
    const { stream, snapshot, live } = subscribed()
    stream.attach({ start: true })
    await settle()
    expect(snapshot.subscribed).toHaveLength(0)
    live.last.sink.chunk({ offset: 0, text: 'Hello wor' })
    live.last.close()
    await settle()
    snapshot.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming' })
    await pass(100)
    expect(shown(stream).text).toBe('Hello wor')
    snapshot.last.sink.next({ offset: 0, text: 'Hello world', status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'Hello world', status: 'done', isReconciled: false })
  })

  it('is not subscribed to twice when it pushes in bursts, at a source whose drives can be repeated', async () => {
    const snapshot = fakeSubscription()
    setup({ snapshot, canRepeat: true }).client.stream('a').attach()
    await pass(5000)
    for (const text of ['x', 'xx', 'xxx']) snapshot.last.sink.next({ offset: 0, text, status: 'streaming' })
    await pass(10_000)
    expect(snapshot.subscribed).toHaveLength(1)
  })
})
