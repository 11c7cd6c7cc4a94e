/** Text that has arrived: where it ends, and when it has to be shown. */
interface Arrival {
  readonly end: number
  readonly dueMs: number
}

/**
 * Decides how fast text is revealed: just fast enough to show everything `maxLagMs` after it arrived. It has no clock.
 *
 * It takes the slowest speed that meets every due time. So a burst is spread over the whole lag, and a series of bursts
 * becomes one even flow at the speed at which they arrive.
 */
export function createPace(maxLagMs: number, position: number) {
  let arrivals: Arrival[] = []
  let atMs = 0

  return {
    /** Everything up to here is shown, and nothing is due. */
    jump(to: number) {
      position = to
      arrivals = []
    },
    /** The text ends here now. That may be before its old end. */
    arrive(end: number, nowMs: number) {
      if (!arrivals.length) atMs = nowMs
      arrivals = arrivals.map((one) => (one.end > end ? { ...one, end } : one)).filter((one) => one.end > position)
      if ((arrivals.at(-1)?.end ?? position) < end) arrivals.push({ end, dueMs: nowMs + maxLagMs })
    },
    /** How much of the text may be shown by now. */
    advance(nowMs: number): number {
      const from = position
      for (const { end, dueMs } of arrivals) {
        // If the clock was set back, the text is due now. Otherwise it would be delayed.
        const isDue = dueMs <= nowMs || nowMs < atMs
        const to = isDue ? end : from + ((end - from) * (nowMs - atMs)) / (dueMs - atMs)
        position = Math.max(position, to)
      }
      atMs = nowMs
      arrivals = arrivals.filter(({ end }) => end > position)
      return Math.floor(position)
    },
    /** When the next text has to be shown, or `undefined` if all of it is shown. */
    get dueMs() {
      return arrivals[0]?.dueMs
    },
  }
}
