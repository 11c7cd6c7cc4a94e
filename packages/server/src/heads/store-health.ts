import type { Environment } from '../environment'

/**
 * Whether for a whole lease the store could be reached, its clock ran as fast as this machine's, and this machine did
 * not pause. Only then does a lease that is long over prove that its owner is gone. Otherwise the owner may have been
 * unable to send heartbeats, or the lease may only look old.
 */
export interface StoreHealth {
  /** Right after a response of the store: whether all of this has been so for a lease. At first it has not. */
  isProven(): boolean
  /** A call to the store rejected, or did not settle in time. Only the decorator of the store calls this and `responded`. */
  failed(): void
  /**
   * The store responds to a call made at `calledAt`. `clock` is the store's own clock, if the result contains it. If it
   * ran faster than ours since earlier responses, it was set forward or belongs to another server, and leases look
   * older than they are. A response without a clock can disprove the store's health, but not prove it.
   */
  responded(calledAt: number, clock?: number): void
  /** A timer that was set for `plannedAt` fires. */
  timerFired(plannedAt: number): void
}

/** All times are those of `environment.now()`, which does not jump. */
export function createStoreHealth(leaseMs: number, environment: Environment): StoreHealth {
  /** Heartbeats come every third of a lease, so a shorter pause never makes a healthy run lapse. */
  const toleranceMs = leaseMs / 3
  /** When the unbroken row of good responses began, and when the last of them came. */
  let since: number | undefined
  let last = 0
  /** The store's clock was ahead of ours by at most this since the row began. */
  let ahead = Infinity

  return {
    isProven: () => since !== undefined && environment.now() - since >= leaseMs,
    failed: reset,
    responded(calledAt, clock) {
      const now = environment.now()
      if (now - calledAt > toleranceMs) reset()
      if (clock === undefined) return
      // After more than a lease without a response, nothing is known about the time between.
      if (now - last > leaseMs) reset()
      // The store read its clock between call and response, so the difference exceeds `ahead` only if its clock jumped.
      if (clock - now - ahead > toleranceMs) reset()
      ahead = Math.min(ahead, clock - calledAt)
      since ??= now
      last = now
    },
    timerFired(plannedAt) {
      if (environment.now() - plannedAt > toleranceMs) reset()
    },
  }

  function reset(): void {
    since = undefined
    ahead = Infinity
  }
}
