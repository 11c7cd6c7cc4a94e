import { expect, it } from 'vitest'
import { collect, createHand, createRig, parseEvents, request, textOf } from '../support/rig'
import { spyStore } from '../support/spy-store'

it('S13 100,000 small appends cost only as much as their text, in the store and for every reader', async () => {
  const { streams, clock, store } = createRig({ wrap: spyStore })
  const spy = store as ReturnType<typeof spyStore>
  const id = await streams.createStream()
  const hand = createHand()
  const raw = collect(await streams.stream(request(), id, hand.producer))
  const sse = request('/', { headers: { Accept: 'text/event-stream' } })
  const followed = collect(await streams.read(sse, id))
  const token = 'token. '
  const tokens = 100_000
  for (let index = 0; index < tokens; index++) {
    await hand.append(token)
    if (index % 100 === 0) await clock.advance(20)
  }
  hand.finish()
  await clock.advance(1_000)
  const length = token.length * tokens
  expect(raw.text.length).toBe(length)
  expect(textOf(parseEvents(followed.text).events).length).toBe(length)

  const written = spy.of('append').reduce((sum, [, { text }]) => sum + text.length, 0)
  const last = spy.of('close')[0]?.[1].text.length ?? 0
  expect(written + last).toBe(length)
  // 20 s of generation: a slice for each 4 Ki units or 100 ms, and about one read of the follower for each.
  const slices = spy.of('append').length
  expect(slices).toBeLessThan(length / 4_096 + 20_000 / 100)
  expect(spy.of('read').length).toBeLessThan(slices * 2 + 20)
  expect(spy.of('heads').length).toBeLessThan(100)
}, 30_000)
