import type { StreamState } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { GRACE_MS, setup } from '../support/setup'

useFakeTime()

describe("subscribe, by Svelte's store contract", () => {
  it('calls back with the state before it returns, and on every change', async () => {
    const { client, tail } = setup()
    const texts: string[] = []
    client.stream('a').subscribe(({ text }) => texts.push(text))
    expect(texts).toEqual([''])
    await settle()
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'done' })
    expect(texts.at(-1)).toBe('ab')
  })

  it('attaches, and detaches with the last unsubscribe', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const unsubscribe = [stream.subscribe(() => {}), stream.subscribe(() => {})]
    await settle()
    expect(tail.opened).toHaveLength(1)
    unsubscribe[0]?.()
    await pass(60_000)
    expect(tail.last.request.signal.aborted).toBe(false)
    unsubscribe[1]?.()
    await pass(GRACE_MS)
    expect(tail.last.request.signal.aborted).toBe(true)
  })

  it('calls no listener after the unsubscribe, which may be called twice', async () => {
    const { client, tail } = setup()
    const stream = client.stream('a')
    const states: StreamState[] = []
    const unsubscribe = stream.subscribe((state) => states.push(state))
    stream.attach()
    await settle()
    unsubscribe()
    unsubscribe()
    const { length } = states
    tail.last.sink.next({ offset: 0, text: 'ab', status: 'streaming' })
    await pass(60_000)
    expect(states).toHaveLength(length)
    expect(tail.last.request.signal.aborted).toBe(false)
  })

  it('drives for a listener that says so, and takes what else a store is called with for no option', async () => {
    const { client, live, tail } = setup()
    client.stream('a').subscribe(() => {}, { start: true })
    await settle()
    expect([live.opened.length, tail.opened.length]).toEqual([1, 0])

    // Stores that derive from others bring a second function, which a stream has no use for.
    const subscribe = client.stream('b').subscribe as (...listeners: (() => void)[]) => () => void
    subscribe(
      () => {},
      () => {},
    )
    await settle()
    expect([live.opened.length, tail.opened.length]).toEqual([1, 1])
  })
})
