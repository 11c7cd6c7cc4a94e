import type { StoreTarget } from '@keepstream/server/testkit'

/** Time in a simulation: it stands still while anything is being done, and then jumps to the next timer. */
export interface World {
  /** Milliseconds since 1970, by the clock that all processes share. */
  now(): number
  /** Calls back at a time; returns a handle for `cancel`. */
  at(time: number, callback: () => void): object
  cancel(timer: object): void
  /** Counts as being done until it settles. */
  during<T>(work: Promise<T>): Promise<T>
  /** Something happened, and what follows from it is not over yet. */
  stir(): void
  /** Goes on until `isOver`, or until no timer is left, or until `limitMs` have passed. */
  run(isOver: () => boolean, limitMs: number): Promise<void>
}

interface Timer {
  readonly time: number
  readonly order: number
  readonly callback: () => void
}

/** @param start where the clock begins; the store's own must agree */
export function createWorld(target: Pick<StoreTarget, 'advance'>, start: number): World {
  const timers = new Set<Timer>()
  let now = start
  let order = 0
  let underWay = 0
  let stirrings = 0
  let onQuiet: () => void = () => undefined

  return {
    now: () => now,
    at(time, callback) {
      // In whole milliseconds, as stores keep them: a lease must not be over for one of two that round it apart.
      const timer = { time: Math.max(now, Math.ceil(time)), order: ++order, callback }
      timers.add(timer)
      return timer
    },
    cancel: (timer) => void timers.delete(timer as Timer),
    async during(work) {
      underWay++
      stirrings++
      try {
        return await work
      } finally {
        underWay--
        stirrings++
        if (underWay === 0) onQuiet()
      }
    },
    stir: () => void stirrings++,
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

  /** Nothing is under way, and a few turns of the event loop have brought nothing new. */
  async function settled(): Promise<void> {
    for (let quietTurns = 0; quietTurns < 3; ) {
      if (underWay > 0) {
        await new Promise<void>((resolve) => {
          onQuiet = resolve
        })
      }
      const before = stirrings
      await new Promise<void>((resolve) => void setImmediate(resolve))
      quietTurns = stirrings === before && underWay === 0 ? quietTurns + 1 : 0
    }
  }
}
