/** Text that has come: where it ends, and when it has to be shown. */
interface Arrival {
  readonly end: number
  readonly dueMs: number
}

/**
 * How fast text is revealed: just fast enough that everything is shown `maxLagMs` after it came. It owns no clock.
 *
 * Between two moments the slowest speed is taken that meets every due time, so that a burst is spread over the whole lag,
 * and bursts that follow one another run into one another at the speed they come with.
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
    /** The text ends here now, which may be before where it ended. */
    arrive(end: number, nowMs: number) {
      if (!arrivals.length) atMs = nowMs
      arrivals = arrivals.map((one) => (one.end > end ? { ...one, end } : one)).filter((one) => one.end > position)
      if ((arrivals.at(-1)?.end ?? position) < end) arrivals.push({ end, dueMs: nowMs + maxLagMs })
    },
    /** How much of the text may be shown by now. */
    advance(nowMs: number): number {
      const from = position
      for (const { end, dueMs } of arrivals) {
        // A clock that was set back would hold the text up.
        const isDue = dueMs <= nowMs || nowMs < atMs
        const to = isDue ? end : from + ((end - from) * (nowMs - atMs)) / (dueMs - atMs)
        position = Math.max(position, to)
      }
      atMs = nowMs
      arrivals = arrivals.filter(({ end }) => end > position)
      return Math.floor(position)
    },
    /** When the next text has to be shown; `undefined` when there is none to show. */
    get dueMs() {
      return arrivals[0]?.dueMs
    },
  }
}
