import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/index'
import { createFakeClock } from '../support/clock'
import { collect, createHand, createRig, parseEvents, request } from '../support/rig'
import { spyStore } from '../support/spy-store'

const leaseMs = 9_000
const sse = { headers: { Accept: 'text/event-stream' } }

/** A run whose beats can be held back, and another process on the same store. */
async function twoProcesses() {
  const clock = createFakeClock()
  const shared = memoryStore({ now: clock.now })
  const own = spyStore(shared)
  const producing = createRig({ store: own, clock, leaseMs })
  const looking = createRig({ store: shared, clock, leaseMs, rolloverMs: 1_000_000 })
  const id = await producing.streams.createStream()
  const hand = createHand()
  await producing.streams.stream(request(), id, hand.producer)
  await hand.append('Half. ')
  await clock.advance(300)
  const cutOff = () => {
    own.instead.beat = () => Promise.reject(new Error('partitioned'))
  }
  const comeBack = () => delete own.instead.beat
  return { clock, producing, looking, id, hand, cutOff, comeBack }
}

describe('S18 a stream whose lease is over', () => {
  it('is told as stalled to who looks, in every form, until it is renewed', async () => {
    const { clock, looking, id, cutOff, comeBack } = await twoProcesses()
    const look = async (method: string, accept: string) =>
      looking.streams.read(request('/', { method, headers: { Accept: accept } }), id)
    const head = async () => (await look('HEAD', '*/*')).headers
    const json = async () => (await look('GET', 'application/json')).json()
    const text = async () => (await look('GET', 'text/plain')).headers.get('Stream-Stalled')
    expect([(await head()).get('Stream-Stalled'), (await json()).stalled, await text()]).toEqual([
      null,
      undefined,
      null,
    ])
    const tag = (await head()).get('ETag')
    cutOff()
    await clock.advance(leaseMs + 1_000)
    expect([(await head()).get('Stream-Stalled'), (await json()).stalled, await text()]).toEqual(['true', true, 'true'])
    expect((await head()).get('ETag')).not.toBe(tag)
    comeBack()
    await clock.advance(leaseMs / 3)
    expect([(await head()).get('Stream-Stalled'), (await json()).stalled, await text()]).toEqual([
      null,
      undefined,
      null,
    ])
    expect((await head()).get('ETag')).toBe(tag)
  })

  it('is told to a follower when that changes, both ways', async () => {
    const { clock, looking, id, hand, cutOff, comeBack } = await twoProcesses()
    const followed = collect(await looking.streams.read(request('/', sse), id))
    await clock.advance(1_000)
    cutOff()
    await clock.advance(leaseMs + 5_000)
    comeBack()
    await clock.advance(leaseMs)
    hand.finish()
    await clock.advance(5_000)
    const { events } = parseEvents(followed.text)
    const told = events.map(({ event, data }) => (event === 'status' ? (data as { stalled?: true }).stalled : event))
    expect(told.filter((one, index) => index === 0 || one !== told[index - 1])).toEqual([
      undefined,
      'message',
      undefined,
      true,
      undefined,
      'end',
    ])
    expect(events.at(-1)?.data).toMatchObject({ status: 'done' })
  })

  it('is not stalled for the process that produces it', async () => {
    const { clock, producing, id, cutOff } = await twoProcesses()
    cutOff()
    await clock.advance(leaseMs + 1_000)
    expect(await (await producing.streams.read(request(), id)).json()).toMatchObject({ status: 'streaming' })
    expect((await (await producing.streams.read(request(), id)).json()).stalled).toBeUndefined()
  })
})
