import { smooth } from '@keepstream/core/smooth'
import { describe, expect, it } from 'vitest'
import { collectGarbage } from '../support/collect-garbage'
import { fakePage } from '../support/fake-page'
import { fakeFetcher } from '../support/fake-source'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { GRACE_MS, setup, shown } from '../support/setup'

useFakeTime()

describe('client.clear()', () => {
  it('shows no text of the user before, and reads again what a reader shows, without driving it', async () => {
    const { client, live, tail } = setup({ canRepeat: true })
    const stream = client.stream('a')
    const shownTexts: string[] = []
    const received: [string, number][] = []
    stream.onText((delta, offset) => received.push([delta, offset]))
    stream.subscribe(({ text }) => shownTexts.push(text), { start: true })
    await settle()
    live.last.sink.chunk({ offset: 0, text: 'private', origin: { epoch: 1, base: 0 } })
    client.clear()
    expect(live.last.request.signal.aborted).toBe(true)
    expect(shown(stream)).toMatchObject({ text: '', status: 'pending', origin: undefined, isReconciled: false })
    await settle()
    expect([live.opened.length, tail.last.request.offset]).toEqual([1, 0])
    tail.last.sink.next({ offset: 0, text: 'of the next user', status: 'done' })
    expect(shown(stream)).toMatchObject({ text: 'of the next user', status: 'done' })
    expect(shownTexts.filter((text, at) => text !== shownTexts[at - 1])).toEqual([
      '',
      'private',
      '',
      'of the next user',
    ])
    expect(received).toEqual([
      ['private', 0],
      ['', 0],
      ['of the next user', 0],
    ])
  })

  it('also forgets what has ended and what no reader shows, and reads nothing for it', async () => {
    const { client, tail } = setup()
    const [ended, left] = [client.stream('a', { initial: { text: 'all', status: 'done' } }), client.stream('b')]
    const detach = left.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'half', status: 'streaming' })
    detach()
    await pass(GRACE_MS)
    expect(client.streams().map(({ id }) => id)).toEqual(['a', 'b'])
    client.clear()
    await pass(60_000)
    for (const stream of [ended, left])
      expect(shown(stream)).toMatchObject({ text: '', status: 'pending', connection: 'idle' })
    expect(tail.opened).toHaveLength(1)
  })

  it('clears smooth text at once', async () => {
    const { client, tail } = setup()
    const smoothed = smooth(client)
    const stream = smoothed.stream('a')
    stream.attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'private', status: 'streaming' })
    smoothed.clear()
    expect(shown(stream).text).toBe('')
    expect(smoothed.streams()).toEqual([stream])
  })
})

describe('what holds a stream', () => {
  it.each([false, true])('is a text listener too, until it is removed (smooth: %s)', async (isSmooth) => {
    const { client: plain, tail } = setup()
    const client = isSmooth ? smooth(plain) : plain
    const received: string[] = []
    client.stream('a').onText((delta) => received.push(delta))
    client.stream('removed').onText(() => {})()
    await collectGarbage()
    expect(client.streams().map(({ id }) => id)).toEqual(['a'])
    client.stream('a').attach()
    await settle()
    tail.last.sink.next({ offset: 0, text: 'received', status: 'done' })
    await pass(1000)
    expect(received.join('')).toBe('received')
  })
})

it('many streams that poll share one listener for each event of the page', async () => {
  const page = fakePage()
  const added: string[] = []
  const { addEventListener } = globalThis as never as { addEventListener(type: string, ...rest: unknown[]): void }
  Object.assign(globalThis, {
    addEventListener(type: string, ...rest: unknown[]) {
      added.push(type)
      addEventListener(type, ...rest)
    },
  })
  const { client } = setup({ snapshot: fakeFetcher(() => ({ offset: 0, text: '', status: 'streaming' })) })
  const leave = Array.from({ length: 20 }, (_, id) => client.stream(String(id)).attach())
  await pass(3000)
  expect([page.listenerCount, added.sort()]).toEqual([6, ['offline', 'online', 'pagehide', 'pageshow']])
  for (const one of leave) one()
  await pass(GRACE_MS)
  expect(page.listenerCount).toBe(0)
})
