/** Declared here, since all of Node's types would let the sources use them too. */
declare function setImmediate(callback: () => void): void

export interface FakeClock {
  now(): number
  /** Runs once `ms` have passed, in order of time. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void
  /** How many timers are due some time. */
  readonly pending: number
  /** Lets time pass, and everything run that this starts. */
  pass(ms: number): Promise<void>
}

/** A separate clock, for tests with several pages. */
export function createClock(): FakeClock {
  const due = new Set<{ readonly at: number; readonly run: () => void }>()
  let now = 1_000_000
  /** Runs all microtasks, and those that they start. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

  return {
    now: () => now,
    after(ms, run) {
      const entry = { at: now + Math.max(0, ms), run }
      due.add(entry)
      return () => due.delete(entry)
    },
    get pending() {
      return due.size
    },
    async pass(ms) {
      const until = now + ms
      await settle()
      for (;;) {
        let next: { at: number; run: () => void } | undefined
        for (const entry of due) if (entry.at <= until && !(next && next.at <= entry.at)) next = entry
        if (!next) break
        due.delete(next)
        now = next.at
        next.run()
        await settle()
      }
      now = until
    },
  }
}
