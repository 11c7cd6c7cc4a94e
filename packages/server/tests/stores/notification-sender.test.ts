import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database } from '../../src/stores/postgres/database'
import { createListener } from '../../src/stores/postgres/listener'
import { createNotificationSender, pack, unpack } from '../../src/stores/postgres/notification-sender'
import { sharedNotifier } from '../../src/stores/postgres/shared-notifier'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a notifier', () => {
  it('joins what changes within 50 ms, names each stream once, and sends nothing when nothing changed', async () => {
    const { sent, notifier } = collecting()
    notifier.notify('a')
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual([['a']])
    for (const id of ['b', 'c', 'b']) notifier.notify(id)
    await vi.advanceTimersByTimeAsync(49)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(sent).toEqual([['a'], ['b', 'c']])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends no second one before the first is answered, and holds a bounded number until then', async () => {
    const answers: (() => void)[] = []
    const sizes: number[] = []
    const notifier = createNotificationSender({
      sender: 'me',
      send: (payloads) => {
        sizes.push(payloads.flatMap((payload) => unpack('you', payload)).length)
        return new Promise((resolve) => void answers.push(resolve))
      },
    })
    notifier.notify('first')
    await vi.advanceTimersByTimeAsync(100)
    for (let i = 0; i < 10_000; i += 1) notifier.notify(`stream-${i}`)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(sizes).toEqual([1])
    answers[0]?.()
    await vi.advanceTimersByTimeAsync(100)
    expect(sizes).toEqual([1, 2_000])
  })

  it('goes on after a failure', async () => {
    let calls = 0
    const notifier = createNotificationSender({
      sender: 'me',
      send: async () => {
        calls += 1
        throw new Error('down')
      },
    })
    notifier.notify('a')
    await vi.advanceTimersByTimeAsync(100)
    notifier.notify('b')
    await vi.advanceTimersByTimeAsync(100)
    expect(calls).toBe(2)
  })

  it('tells what waits when it is closed, and nothing after that', async () => {
    const { sent, notifier } = collecting()
    notifier.notify('a')
    await notifier.close()
    notifier.notify('b')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sent).toEqual([['a']])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a payload', () => {
  it('stays below 8,000 bytes and carries every id exactly', () => {
    const ids = Array.from({ length: 1_000 }, (_, i) => `${i}-"\\,\n😀-漢字-${'x'.repeat(i % 60)}`)
    const payloads = pack('sender', ids)
    for (const payload of payloads) expect(new TextEncoder().encode(payload).length).toBeLessThan(8_000)
    expect(payloads.flatMap((payload) => unpack('another', payload))).toEqual(ids)
    expect(payloads.length).toBeLessThan(20)
  })

  it('leaves out an id that none can hold', () => {
    expect(pack('me', ['a', 'x'.repeat(8_000), 'b']).flatMap((payload) => unpack('you', payload))).toEqual(['a', 'b'])
  })

  it('is no news to its sender, and nothing where it is no payload of ours', () => {
    expect(unpack('me', pack('me', ['a'])[0] ?? '')).toEqual([])
    for (const payload of ['', 'a', '{}', 'null', '[', '[1,2]', '7']) expect(unpack('me', payload)).toEqual([])
  })
})

describe('a listener', () => {
  it('opens again after a loss, waiting longer and longer while that fails, and as at first once it was heard of', async () => {
    const openedAt: number[] = []
    const lose: (() => void)[] = []
    const hear: (() => void)[] = []
    let isUp = true
    const listener = createListener({
      random: () => 0,
      subscribe: async (onLost, onHeard) => {
        openedAt.push(Date.now())
        if (!isUp) throw new Error('down')
        lose.push(onLost)
        hear.push(onHeard)
        return async () => undefined
      },
    })
    const start = Date.now()
    listener.start()
    listener.start()
    await vi.advanceTimersByTimeAsync(0)
    isUp = false
    lose[0]?.()
    // It is told once, however often it is told.
    lose[0]?.()
    await vi.advanceTimersByTimeAsync(100 + 200 + 400 + 800)
    expect(openedAt.map((at) => at - start)).toEqual([0, 100, 300, 700, 1_500])
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect((openedAt.at(-1) ?? 0) - (openedAt.at(-2) ?? 0)).toBe(30_000)
    isUp = true
    await vi.advanceTimersByTimeAsync(30_000)
    // It was opened and has heard nothing, as through a pooler that gives connections away.
    const before = openedAt.length
    lose[1]?.()
    await vi.advanceTimersByTimeAsync(29_999)
    expect(openedAt).toHaveLength(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(openedAt).toHaveLength(before + 1)
    hear[2]?.()
    lose[2]?.()
    await vi.advanceTimersByTimeAsync(100)
    expect(openedAt).toHaveLength(before + 2)
  })

  it('ends what it opened, also what it was opening, and leaves no timer', async () => {
    let open = 0
    let answer: () => void = () => undefined
    const listener = createListener({
      subscribe: async () => {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        open += 1
        return async () => {
          open -= 1
        }
      },
    })
    listener.start()
    const stopped = listener.stop()
    answer()
    await stopped
    expect(open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

function collecting() {
  const sent: string[][] = []
  const notifier = createNotificationSender({
    sender: 'me',
    send: async (payloads) => void sent.push(payloads.flatMap((payload) => unpack('you', payload))),
  })
  return { sent, notifier }
}

describe('shared hints', () => {
  it('prove that they are heard while somebody watches, replace what hears nothing, and leave no timer', async () => {
    const payloads: string[] = []
    const subscriptions: { end: () => void; hear: (payload: string) => void }[] = []
    let open = 0
    const database: Database = {
      async query(_text, [, json]) {
        for (const payload of JSON.parse(String(json))) {
          payloads.push(payload)
          // The second one is deaf from the beginning.
          if (subscriptions.length !== 2) subscriptions.at(-1)?.hear(payload)
        }
        return []
      },
      async subscribe(_channel, hear) {
        open += 1
        const end = () => {
          open -= 1
        }
        subscriptions.push({ hear, end })
        return async () => end()
      },
      close: async () => undefined,
    }
    const hints = sharedNotifier({ channel: 'c', open: async () => database })
    const unwatch = hints.watch(() => expect.unreachable('it is no hint'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(subscriptions).toHaveLength(1)
    // Once every 5 s, which is all that a quiet process costs.
    expect(payloads).toHaveLength(13)

    subscriptions.push({ hear() {}, end() {} })
    await vi.advanceTimersByTimeAsync(5_000 + 2_000 + 100)
    expect(subscriptions).toHaveLength(3)
    expect(open).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(subscriptions).toHaveLength(3)

    unwatch()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    await hints.close()
  })
})
