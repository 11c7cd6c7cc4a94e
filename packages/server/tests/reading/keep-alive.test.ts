import { expect, it, vi } from 'vitest'
import { createKeepAlive } from '../../src/reading/keep-alive'
import { createFakeClock } from '../support/clock'

it('calls every listener at the same interval, with one timer, until it is removed', async () => {
  const clock = createFakeClock()
  const onTimer = vi.fn()
  const keepAlive = createKeepAlive(1_000, clock, onTimer)
  expect(clock.timers).toBe(0)
  const listeners = Array.from({ length: 3 }, () => ({ tick: vi.fn() }))
  const calls = () => listeners.map(({ tick }) => tick.mock.calls.length)
  for (const listener of listeners) keepAlive.add(listener)
  expect(clock.timers).toBe(1)
  await clock.advance(2_500)
  expect(calls()).toEqual([2, 2, 2])
  expect(onTimer).toHaveBeenCalledTimes(2)
  if (listeners[0]) keepAlive.remove(listeners[0])
  await clock.advance(1_000)
  expect(calls()).toEqual([2, 3, 3])
  for (const listener of listeners) keepAlive.remove(listener)
  expect(clock.timers).toBe(0)
})

it('calls no listener that another one has removed in the same tick', async () => {
  const clock = createFakeClock()
  const keepAlive = createKeepAlive(1_000, clock, () => undefined)
  const removed = { tick: vi.fn() }
  keepAlive.add({ tick: () => keepAlive.remove(removed) })
  keepAlive.add(removed)
  await clock.advance(1_000)
  expect(removed.tick).not.toHaveBeenCalled()
})
