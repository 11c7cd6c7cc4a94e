import { describe, expect, it } from 'vitest'
import { createStoreHealth } from '../../src/heads/store-health'
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
    /** The store responds after `tookMs`, with its clock at the time of the call. */
    respond(tookMs = 0) {
      const calledAt = clock.now()
      const storeClock = clock.now() + aheadMs
      clock.stall(tookMs)
      health.responded(calledAt, storeClock)
    },
    /** The store responds every two seconds for `ms`. */
    well(ms: number) {
      this.respond()
      for (let passed = 0; passed < ms; passed += 2_000) {
        clock.stall(Math.min(2_000, ms - passed))
        this.respond()
      }
    },
  }
}

describe('S11 the health of the store', () => {
  it('is proven by a lease of good responses, not by the first one', () => {
    const it = setUp()
    it.respond()
    expect(it.health.isProven()).toBe(false)
    it.well(leaseMs - 1)
    expect(it.health.isProven()).toBe(false)
    it.clock.stall(1)
    it.respond()
    expect(it.health.isProven()).toBe(true)
  })

  it.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['a failure', ({ health }) => health.failed()],
    ['a response that took too long', (it) => it.respond(leaseMs / 3 + 1)],
    ['a timer that fired too late', ({ health, clock }) => health.timerFired(clock.now() - leaseMs / 3 - 1)],
    ['more than a lease without a response', ({ clock }) => clock.stall(leaseMs + 1)],
    ['a clock that was set forward', ({ set }) => set(leaseMs / 3 + 1)],
    [
      'a clock that was set forward in small steps',
      (it) => {
        for (let step = 0; step < 4; step++) {
          it.set(leaseMs / 12 + 1)
          it.respond()
        }
      },
    ],
    [
      'a clock that was set back, and forward again',
      (it) => {
        it.set(-100_000)
        it.respond()
        it.set(100_000)
      },
    ],
  ])('is not proven for a lease after %s', (_, happens) => {
    const it = setUp()
    it.well(20_000)
    happens(it)
    it.respond()
    expect(it.health.isProven()).toBe(false)
    it.well(leaseMs - 1)
    expect(it.health.isProven()).toBe(false)
    it.well(2_000)
    expect(it.health.isProven()).toBe(true)
  })

  it.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['a clock that differs from ours but runs as fast', ({ set }) => set(0)],
    ['a clock that was set back', ({ set }) => set(-100_000)],
    [
      'responses that take a while',
      (it) => {
        for (let n = 0; n < 10; n++) it.respond(leaseMs / 3 - 1)
      },
    ],
    ['responses without a clock', ({ health, clock }) => health.responded(clock.now())],
  ])('stays proven after %s', (_, happens) => {
    const it = setUp()
    it.well(20_000)
    happens(it)
    it.respond()
    expect(it.health.isProven()).toBe(true)
  })
})
