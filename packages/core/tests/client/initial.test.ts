import { initialStreamState } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { setup, shown } from '../support/setup'

useFakeTime()

describe('a stream the page was rendered with', () => {
  it('is shown before anything is read', () => {
    const { client } = setup()
    const initial = { text: 'Hel', status: 'streaming' } as const
    const stream = client.stream('a', { initial })
    expect(shown(stream)).toMatchObject({ text: 'Hel', status: 'streaming', connection: 'idle', retrying: undefined })
    expect(shown(stream)).toEqual(initialStreamState(initial))
  })

  it.each(['done', 'error', 'timeout', 'stopped'] as const)('makes no request when it is %s', async (status) => {
    const { client, live, tail } = setup()
    const stream = client.stream('a', { initial: { text: 'all of it', status } })
    stream.attach({ start: true })
    await pass(60_000)
    expect([live.opened.length, tail.opened.length]).toEqual([0, 0])
    expect(shown(stream)).toMatchObject({ text: 'all of it', status, isCaughtUp: true })
  })

  it('is driven from its end when it goes on, at a source that can repeat: that joins', async () => {
    const { client, live, tail } = setup({ canRepeat: true })
    client
      .stream('a', { initial: { text: 'Hel', status: 'streaming', origin: { epoch: 3, base: 0 } } })
      .attach({ start: true })
    await settle()
    expect(live.last.request).toMatchObject({ offset: 3, epoch: 3 })
    expect([live.opened.length, tail.opened.length]).toEqual([1, 0])
  })

  it('is never driven at any other source when it is not pending: it is followed from its end', async () => {
    const { client, live, tail } = setup()
    client
      .stream('a', { initial: { text: 'Hel', status: 'streaming', origin: { epoch: 3, base: 0 } } })
      .attach({ start: true })
    await settle()
    expect(live.opened).toHaveLength(0)
    expect(tail.last.request).toMatchObject({ offset: 3, epoch: 3 })
  })

  it('is driven when it is pending', async () => {
    const { client, live } = setup()
    client.stream('a', { initial: { text: '', status: 'pending' } }).attach({ start: true })
    await settle()
    expect(live.opened).toHaveLength(1)
  })

  it('is also used when it is passed to attach', async () => {
    const { client, live, tail } = setup()
    const stream = client.stream('a')
    stream.attach({ start: true, initial: { text: 'all', status: 'done' } })
    await pass(60_000)
    expect([live.opened.length, tail.opened.length]).toEqual([0, 0])
    expect(shown(stream)).toMatchObject({ text: 'all', status: 'done' })
  })

  it('is accepted from a reader that attaches during a read, if it continues the shown text', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach({ initial: { text: 'Hel', status: 'streaming', origin: { epoch: 1, base: 0 } } })
    stream.attach({ initial: { text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } } })
    await settle()
    // Its own page shows it already: it waits for no frame.
    expect(shown(stream).text).toBe('Hello')
    stream.attach({ initial: { text: 'He', status: 'streaming', origin: { epoch: 1, base: 0 } } })
    stream.attach({ initial: { text: 'Something else', status: 'streaming', origin: { epoch: 1, base: 0 } } })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', isReconciled: false })
    expect(tail.opened).toHaveLength(1)
    tail.last.sink.next({ offset: 3, text: 'lo, world', status: 'done', origin: { epoch: 1, base: 0 } })
    expect(shown(stream)).toMatchObject({ text: 'Hello, world', status: 'done', isReconciled: false })
  })

  it('takes nothing back from a stream that is further', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'Hello', status: 'streaming', origin: { epoch: 1, base: 0 } })
    client.stream('a', { initial: { text: 'Hel', status: 'pending' } }).attach({
      initial: { text: 'Hel', status: 'pending' },
    })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'streaming', isReconciled: false })
  })
})
