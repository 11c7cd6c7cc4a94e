import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/index'
import { createFakeClock } from '../support/clock'
import { collect, createHand, createRig, parseEvents, request } from '../support/rig'
import { spyStore } from '../support/spy-store'

const leaseMs = 9_000
const sse = { headers: { Accept: 'text/event-stream' } }

/** A run whose heartbeats can fail, and another process on the same store. */
async function twoProcesses() {
  const clock = createFakeClock()
  const shared = memoryStore({ now: clock.now })
  const own = spyStore(shared)
  const producing = createRig({ store: own, clock, leaseMs })
  const reading = createRig({ store: shared, clock, leaseMs, rolloverMs: 1_000_000 })
  const id = await producing.streams.createStream()
  const hand = createHand()
  await producing.streams.stream(request(), id, hand.producer)
  await hand.append('Half. ')
  await clock.advance(300)
  const cutOff = () => {
    own.instead.beat = () => Promise.reject(new Error('partitioned'))
  }
  const comeBack = () => delete own.instead.beat
  return { clock, producing, reading, id, hand, cutOff, comeBack }
}

describe('S18 a stream whose lease has expired', () => {
  it('is shown as stalled in every form of a snapshot, until the lease is renewed', async () => {
    const { clock, reading, id, cutOff, comeBack } = await twoProcesses()
    const snapshot = async (method: string, accept: string) =>
      reading.streams.read(request('/', { method, headers: { Accept: accept } }), id)
    const head = async () => (await snapshot('HEAD', '*/*')).headers
    const json = async () => (await snapshot('GET', 'application/json')).json()
    const text = async () => (await snapshot('GET', 'text/plain')).headers.get('Stream-Stalled')
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

  it('sends a follower a status when it becomes stalled, and when it is renewed', async () => {
    const { clock, reading, id, hand, cutOff, comeBack } = await twoProcesses()
    const followed = collect(await reading.streams.read(request('/', sse), id))
    await clock.advance(1_000)
    cutOff()
    await clock.advance(leaseMs + 5_000)
    comeBack()
    await clock.advance(leaseMs)
    hand.finish()
    await clock.advance(5_000)
    const { events } = parseEvents(followed.text)
    const sent = events.map(({ event, data }) => (event === 'status' ? (data as { stalled?: true }).stalled : event))
    expect(sent.filter((one, index) => index === 0 || one !== sent[index - 1])).toEqual([
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
