import { expect, it, vi } from 'vitest'
import { createKeepAlive } from '../../src/reading/keep-alive'
import { createFakeClock } from '../support/clock'

it('calls every listener at the same interval, with one timer, until it is removed', async () => {
  const clock = createFakeClock()
  const onTimer = vi.fn()
  const keepAlive = createKeepAlive(1_000, clock, onTimer)
  expect(clock.timers).toBe(0)
  const ticks = Array.from({ length: 3 }, () => vi.fn())
  const removes = ticks.map((tick) => keepAlive.add(tick))
  expect(clock.timers).toBe(1)
  await clock.advance(2_500)
  expect(ticks.map((tick) => tick.mock.calls.length)).toEqual([2, 2, 2])
  expect(onTimer).toHaveBeenCalledTimes(2)
  removes[0]?.()
  await clock.advance(1_000)
  expect(ticks.map((tick) => tick.mock.calls.length)).toEqual([2, 3, 3])
  for (const remove of removes) remove()
  expect(clock.timers).toBe(0)
})

it('calls no listener that another one has removed in the same tick', async () => {
  const clock = createFakeClock()
  const keepAlive = createKeepAlive(1_000, clock, () => undefined)
  const removed = vi.fn()
  keepAlive.add(() => remove())
  const remove = keepAlive.add(removed)
  await clock.advance(1_000)
  expect(removed).not.toHaveBeenCalled()
})
