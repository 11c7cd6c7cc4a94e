import type { Environment } from '../environment'

/**
 * Whether this process knows for a whole lease that the store could be reached, that its clock ran as this machine's does,
 * and that this machine did not stand still. Only then does a lease that is long over prove that its owner is gone: otherwise
 * perhaps nobody could beat, or nobody was late.
 */
export interface StoreHealth {
  /** Right after an answer of the store: whether that has been so for a lease. Never at a process's first look. */
  isProven(): boolean
  /** The store rejected an act, or gave no answer. */
  failed(): void
  /**
   * The store answers what it was asked at `askedAt`. `clock` is the store's own clock, where the answer tells it: one that
   * ran further than ours since the answers before was set forward, or is another server's, and leases look older than they are.
   */
  answered(askedAt: number, clock?: number): void
  /** A timer meant for `plannedAt` fires. */
  timerFired(plannedAt: number): void
}

/** The times given are those of `environment.now()`, which does not jump. */
export function createStoreHealth(leaseMs: number, environment: Environment): StoreHealth {
  /** Beats come every third of a lease, so that nothing shorter than this costs a healthy run its second lease. */
  const toleranceMs = leaseMs / 3
  /** When the unbroken row of good answers began, and when the last of them came. */
  let since: number | undefined
  let last = 0
  /** By how much the store's clock is ahead of ours: never by more than this since the row began. */
  let ahead = Infinity

  return {
    isProven: () => since !== undefined && environment.now() - since >= leaseMs,
    failed: doubt,
    answered(askedAt, clock) {
      const now = environment.now()
      // More than a lease without an answer says nothing of the time between.
      if (now - askedAt > toleranceMs || now - last > leaseMs) doubt()
      // Read between question and answer, so that it can only be lower than this if the clock was set forward.
      if (clock !== undefined && clock - now - ahead > toleranceMs) doubt()
      if (clock !== undefined) ahead = Math.min(ahead, clock - askedAt)
      since ??= now
      last = now
    },
    timerFired(plannedAt) {
      if (environment.now() - plannedAt > toleranceMs) doubt()
    },
  }

  function doubt(): void {
    since = undefined
    ahead = Infinity
  }
}
