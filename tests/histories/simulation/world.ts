import type { StoreTarget } from '@keepstream/server/testkit'

/** Time in a simulation. It stands still while work is in progress, and then jumps to the next timer. */
export interface World {
  /** Milliseconds since 1970 on the clock that all processes share. */
  now(): number
  /** Calls back at `time`. Returns a handle for `cancel`. */
  at(time: number, callback: () => void): object
  cancel(timer: object): void
  /** Counts `work` as in progress until it settles. */
  during<T>(work: Promise<T>): Promise<T>
  /** Reports activity whose effects may not be complete yet. */
  markActivity(): void
  /** Runs until `isOver` returns true, until no timer is left, or until `limitMs` have passed. */
  run(isOver: () => boolean, limitMs: number): Promise<void>
}

interface Timer {
  readonly time: number
  readonly order: number
  readonly callback: () => void
}

/** @param start the initial time; the store's clock must have the same */
export function createWorld(target: Pick<StoreTarget, 'advance'>, start: number): World {
  const timers = new Set<Timer>()
  let now = start
  let order = 0
  let inProgress = 0
  let activity = 0
  let onQuiet: () => void = () => undefined

  return {
    now: () => now,
    at(time, callback) {
      // Whole milliseconds, as stores keep them. Otherwise rounding could expire a lease for one process and not for
      // another.
      const timer = { time: Math.max(now, Math.ceil(time)), order: ++order, callback }
      timers.add(timer)
      return timer
    },
    cancel: (timer) => void timers.delete(timer as Timer),
    async during(work) {
      inProgress++
      activity++
      try {
        return await work
      } finally {
        inProgress--
        activity++
        if (inProgress === 0) onQuiet()
      }
    },
    markActivity: () => void activity++,
    async run(isOver, limitMs) {
      const end = now + limitMs
      await settled()
      while (!isOver()) {
        const next = earliest()
        if (next === undefined || next.time > end) return
        timers.delete(next)
        if (next.time > now) await target.advance(next.time - now)
        now = next.time
        next.callback()
        await settled()
      }
    },
  }

  function earliest(): Timer | undefined {
    let first: Timer | undefined
    for (const timer of timers) {
      const isEarlier = first === undefined || timer.time < first.time
      if (isEarlier || (timer.time === first?.time && timer.order < first.order)) first = timer
    }
    return first
  }

  /** Resolves when no work is in progress and a few turns of the event loop brought no activity. */
  async function settled(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3; ) {
      if (inProgress > 0) {
        await new Promise<void>((resolve) => {
          onQuiet = resolve
        })
      }
      const before = activity
      await new Promise<void>((resolve) => void setImmediate(resolve))
      quietTurns = activity === before && inProgress === 0 ? quietTurns + 1 : 0
    }
  }
}
