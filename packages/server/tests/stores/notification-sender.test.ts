import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database } from '../../src/stores/postgres/connection/database'
import { packPayloads, sharedNotifier } from '../../src/stores/postgres/shared-notifier'
import { createNotificationSender } from '../../src/stores/shared/notification-sender'
import { readPayload } from '../../src/stores/shared/shared-notifier'
import { createSubscriptionKeeper, type OpenSubscription } from '../../src/stores/shared/subscription-keeper'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a notification sender', () => {
  it('joins the changes of 50 ms, names each stream once, and sends nothing when nothing changed', async () => {
    const { sent, sender } = collecting()
    sender.notify('a')
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual([['a']])
    for (const id of ['b', 'c', 'b']) sender.notify(id)
    await vi.advanceTimersByTimeAsync(49)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual([['a'], ['b', 'c']])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends one at a time, and keeps a bounded number of ids until then', async () => {
    const responses: (() => void)[] = []
    const sizes: number[] = []
    const sender = createNotificationSender({
      take: takeAll,
      send: (ids) => {
        sizes.push(ids.length)
        return new Promise<void>((resolve) => void responses.push(resolve))
      },
      maxWaiting: 2_000,
    })
    sender.notify('first')
    await vi.advanceTimersByTimeAsync(100)
    for (let i = 0; i < 10_000; i += 1) sender.notify(`stream-${i}`)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(sizes).toEqual([1])
    responses[0]?.()
    await vi.advanceTimersByTimeAsync(100)
    expect(sizes).toEqual([1, 2_000])
  })

  it('sends the ids that did not fit with the next send', async () => {
    const sent: (readonly string[])[] = []
    const sender = createNotificationSender({
      take(waiting) {
        const ids = [...waiting].slice(0, 2)
        for (const id of ids) waiting.delete(id)
        return ids
      },
      send: async (ids) => void sent.push(ids),
      maxWaiting: 10,
    })
    for (const id of ['a', 'b', 'c']) sender.notify(id)
    await vi.advanceTimersByTimeAsync(49)
    expect(sent).toEqual([['a', 'b']])
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual([['a', 'b'], ['c']])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('continues after a failure', async () => {
    let calls = 0
    const sender = createNotificationSender({
      take: takeAll,
      send: async () => {
        calls += 1
        throw new Error('down')
      },
      maxWaiting: 10,
    })
    sender.notify('a')
    await vi.advanceTimersByTimeAsync(100)
    sender.notify('b')
    await vi.advanceTimersByTimeAsync(100)
    expect(calls).toBe(2)
  })

  it.each([
    [true, [['a']]],
    [false, []],
  ])('sends nothing after it is closed, and what waits with flush: %s', async (flush, expected) => {
    const { sent, sender } = collecting()
    sender.notify('a')
    await sender.close(flush)
    sender.notify('b')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent).toEqual(expected)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a payload', () => {
  it('stays below 8,000 bytes and carries every id exactly', () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `${i}-"\\,\n😀-漢字-${'x'.repeat(i % 60)}`)
    const payloads = packPayloads('sender', ids)
    for (const payload of payloads) expect(new TextEncoder().encode(payload).length).toBeLessThan(8_000)
    expect(payloads.flatMap((payload) => readPayload('another', payload))).toEqual(ids)
    expect(payloads.length).toBeLessThan(20)
  })

  it('leaves out an id that does not fit into any payload', () => {
    const payloads = packPayloads('me', ['a', 'x'.repeat(8_000), 'b'])
    expect(payloads.flatMap((payload) => readPayload('you', payload))).toEqual(['a', 'b'])
  })

  it('has no ids for its sender, and none if another program sent it', () => {
    expect(readPayload('me', packPayloads('me', ['a'])[0] ?? '')).toEqual([])
    for (const payload of ['', 'a', '{}', 'null', '[', '[1,2]', '7']) expect(readPayload('me', payload)).toEqual([])
  })
})

describe('a subscription keeper', () => {
  it('subscribes again after a loss, backs off while that fails, and starts over once a message came', async () => {
    const openedAt: number[] = []
    const lose: (() => void)[] = []
    const receive: ((message: string) => void)[] = []
    let isUp = true
    const keeper = keeping(async (onMessage, onLost) => {
      openedAt.push(Date.now())
      if (!isUp) throw new Error('down')
      lose.push(onLost)
      receive.push(onMessage)
      return async () => undefined
    })
    const start = Date.now()
    keeper.start()
    keeper.start()
    await vi.advanceTimersByTimeAsync(0)
    isUp = false
    lose[0]?.()
    // A second call has no effect.
    lose[0]?.()
    await vi.advanceTimersByTimeAsync(100 + 200 + 400 + 800)
    expect(openedAt.map((at) => at - start)).toEqual([0, 100, 300, 700, 1_500])
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect((openedAt.at(-1) ?? 0) - (openedAt.at(-2) ?? 0)).toBe(30_000)
    isUp = true
    await vi.advanceTimersByTimeAsync(30_000)
    // It opened and received nothing, as through a pooler that gives connections away.
    const before = openedAt.length
    lose[1]?.()
    await vi.advanceTimersByTimeAsync(29_999)
    expect(openedAt).toHaveLength(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(openedAt).toHaveLength(before + 1)
    receive[2]?.('anything')
    lose[2]?.()
    await vi.advanceTimersByTimeAsync(100)
    expect(openedAt).toHaveLength(before + 2)
  })

  it('closes the subscription that it opened or was opening, and leaves no timer', async () => {
    let open = 0
    let isAborted = false
    let respond: () => void = () => undefined
    const keeper = keeping(async (_onMessage, _onLost, signal) => {
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      await new Promise<void>((resolve) => {
        respond = resolve
      })
      open += 1
      return async () => {
        open -= 1
      }
    })
    keeper.start()
    const stopped = keeper.stop()
    expect(isAborted).toBe(true)
    respond()
    await stopped
    expect(open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('shared change notifications', () => {
  it('check that they arrive while there is a watcher, replace a silent subscription, and leave no timer', async () => {
    const payloads: string[] = []
    const subscriptions: { end: () => void; receive: (payload: string) => void }[] = []
    let open = 0
    const database: Database = {
      async query(_text, [, json]) {
        for (const payload of JSON.parse(String(json))) {
          payloads.push(payload)
          // The second one receives nothing from the beginning.
          if (subscriptions.length !== 2) subscriptions.at(-1)?.receive(payload)
        }
        return []
      },
      async subscribe(_channel, receive) {
        open += 1
        const end = () => {
          open -= 1
        }
        subscriptions.push({ receive, end })
        return async () => end()
      },
      close: async () => undefined,
    }
    const notifier = sharedNotifier({ channel: 'c', open: async () => database })
    const unwatch = notifier.watch(() => expect.unreachable('a probe is no change'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(subscriptions).toHaveLength(1)
    // One every 5 s: a quiet process costs no more.
    expect(payloads).toHaveLength(13)

    subscriptions.push({ receive() {}, end() {} })
    await vi.advanceTimersByTimeAsync(5_000 + 2_000 + 100)
    expect(subscriptions).toHaveLength(3)
    expect(open).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(subscriptions).toHaveLength(3)

    unwatch()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    await notifier.close(true)
  })
})

function takeAll(waiting: Set<string>): string[] {
  const ids = [...waiting]
  waiting.clear()
  return ids
}

function collecting() {
  const sent: (readonly string[])[] = []
  const send = async (ids: readonly string[]) => void sent.push(ids)
  return { sent, sender: createNotificationSender({ take: takeAll, send, maxWaiting: 10 }) }
}

/** A keeper whose probes cannot be sent, so that no subscription counts as silent. */
function keeping(subscribe: OpenSubscription) {
  return createSubscriptionKeeper({
    subscribe,
    onMessage: () => undefined,
    probe: { send: () => Promise.reject(new Error('down')) },
    longestRetryMs: 30_000,
    random: () => 0,
  })
}
