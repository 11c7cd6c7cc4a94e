import { describe, expect, it } from 'vitest'
import { createStoreHealth } from '../../src/reading/store-health'
import { createFakeClock } from '../support/clock'

const leaseMs = 9_000

function setUp() {
  const clock = createFakeClock()
  const health = createStoreHealth(leaseMs, clock)
  let aheadMs = 5_000_000
  return {
    health,
    clock,
    set: (byMs: number) => {
      aheadMs += byMs
    },
    /** The store answers after `tookMs`, and tells its clock as it was at the question. */
    answer(tookMs = 0) {
      const askedAt = clock.now()
      const told = clock.now() + aheadMs
      clock.stall(tookMs)
      health.responded(askedAt, told)
    },
    /** Good answers for some time, every two seconds. */
    well(ms: number) {
      this.answer()
      for (let passed = 0; passed < ms; passed += 2_000) {
        clock.stall(Math.min(2_000, ms - passed))
        this.answer()
      }
    },
  }
}

describe('S11 what a process knows of the store', () => {
  it('is proven by a lease of good answers, not by the first one', () => {
    const it = setUp()
    it.answer()
    expect(it.health.isProven()).toBe(false)
    it.well(leaseMs - 1)
    expect(it.health.isProven()).toBe(false)
    it.clock.stall(1)
    it.answer()
    expect(it.health.isProven()).toBe(true)
  })

  it.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['a failure', ({ health }) => health.failed()],
    ['an answer that took too long', (it) => it.answer(leaseMs / 3 + 1)],
    ['a timer that fired too late', ({ health, clock }) => health.timerFired(clock.now() - leaseMs / 3 - 1)],
    ['more than a lease without an answer', ({ clock }) => clock.stall(leaseMs + 1)],
    ['a clock that was set forward', ({ set }) => set(leaseMs / 3 + 1)],
    [
      'a clock that was set forward in small steps',
      (it) => {
        for (let step = 0; step < 4; step++) {
          it.set(leaseMs / 12 + 1)
          it.answer()
        }
      },
    ],
    [
      'a clock that was set back, and forward again',
      (it) => {
        it.set(-100_000)
        it.answer()
        it.set(100_000)
      },
    ],
  ])('is doubted for a lease after %s', (_, happens) => {
    const it = setUp()
    it.well(20_000)
    happens(it)
    it.answer()
    expect(it.health.isProven()).toBe(false)
    it.well(leaseMs - 1)
    expect(it.health.isProven()).toBe(false)
    it.well(2_000)
    expect(it.health.isProven()).toBe(true)
  })

  it.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['a clock that is another one, as long as it runs as ours does', ({ set }) => set(0)],
    ['a clock that was set back', ({ set }) => set(-100_000)],
    [
      'answers that take a while',
      (it) => {
        for (let n = 0; n < 10; n++) it.answer(leaseMs / 3 - 1)
      },
    ],
    ['responses without a clock', ({ health, clock }) => health.responded(clock.now())],
  ])('is not doubted for %s', (_, happens) => {
    const it = setUp()
    it.well(20_000)
    happens(it)
    it.answer()
    expect(it.health.isProven()).toBe(true)
  })
})
