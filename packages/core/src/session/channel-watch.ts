import type { Environment } from '../environment'
import { type Backoff, backoffMs } from './backoff'

/** After a sign that the page is back, a channel has so long to bring a byte, in milliseconds. */
const ASK_MS = 2000

/** Bytes that come closer together than this are of one moment, in milliseconds. */
const MOMENT_MS = 100

/** So many pieces of text at one moment, after so long without a byte, were held back on their way. */
const LUMP_PIECES = 3
const LUMP_MS = 4000

/** A channel that never spoke, or was held back, has to speak at two moments this far apart to be believed. */
const PROOF_MS = 1000

export interface ChannelOptions {
  /** How long a channel may take to bring its first byte, in milliseconds. */
  readonly pollAfterMs: number
  /** Between short reads that bring nothing new. */
  readonly poll: Backoff
  readonly environment: Environment
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** Pieces that come in lumps put it in doubt. */
  readonly mindsLumps: boolean
  /**
   * One short read. Resolves with whether it brought news, with how long the server asked to wait after a failure, in
   * milliseconds, or with `enough`, which ends them for now; never rejects.
   */
  readBeside(signal: AbortSignal): Promise<boolean | number | 'enough'>
  /** The channel brings what there is, when it is there. */
  proven(): void
  /** The channel is held back on its way. */
  held(): void
}

export interface Channel {
  /** It has brought a byte. */
  readonly hasSpoken: boolean
  /** Short reads go out beside it. */
  readonly isDoubted: boolean
  /** Short reads go out beside it from now on, until it proves that it is not held back. */
  poll(): void
  /** It is opened: its first byte is waited for. */
  opened(): void
  /** Bytes came, of which so many are pieces of text. */
  received(pieces?: number): void
  /** The page is back from wherever it was: whether the channel is alive is asked, unless that is under way. */
  probe(): void
}

/**
 * Watches whether a channel brings bytes when it should, and has the text read in short reads beside it while that is in
 * doubt: when its first byte is late, when pieces come in lumps, and when the page is back and no byte comes. The channel
 * itself is left alone. It is alive or not, and what it brings is welcome.
 */
export function watchChannel({
  pollAfterMs,
  poll,
  mindsLumps,
  environment,
  signal,
  readBeside,
  proven,
  held,
}: ChannelOptions): Channel {
  const { Date: clock = Date } = environment
  let heardAt = clock.now()
  /** How long it was silent before the moment that is now, and how many pieces came in it. */
  let quietMs = 0
  let pieces = 0
  /** How often it has spoken. */
  let count = 0
  let momentAt = heardAt
  let hasSpoken = false
  /** It has spoken, or was believed, before it came into doubt. */
  let isKnown = false
  let spokeAt: number | undefined
  /** The timers of the first byte, of the answer to a sign, and of the next short read. */
  let firstByte: unknown
  let asked: unknown
  let nextRead: unknown
  let beside: AbortController | undefined

  const wait = (ms: number, run: () => void) => environment.setTimeout(run, ms)
  const forget = (timer: unknown) => environment.clearTimeout(timer as never)

  function begin() {
    if (beside || signal.aborted) return
    beside = new AbortController()
    isKnown = hasSpoken
    spokeAt = undefined
    repeat(beside, 0)
  }

  async function repeat(own: AbortController, count: number) {
    const result = await readBeside(own.signal)
    if (own.signal.aborted) return
    if (result === 'enough') return end()
    const next = result === true ? 1 : count + 1
    nextRead = wait(Math.max(backoffMs(next, poll), Number(result)), () => repeat(own, next))
  }

  function end() {
    forget(nextRead)
    beside?.abort()
    beside = undefined
  }

  function judge() {
    const isLump = quietMs >= LUMP_MS && pieces >= LUMP_PIECES
    if (isLump) {
      spokeAt = undefined
      if (beside || !mindsLumps) return
      held()
      return begin()
    }
    if (!beside) return
    spokeAt ??= heardAt
    if (!isKnown && heardAt - spokeAt < PROOF_MS) return
    end()
    proven()
  }

  signal.addEventListener('abort', () => {
    for (const timer of [firstByte, asked]) forget(timer)
    end()
  })
  return {
    get hasSpoken() {
      return hasSpoken
    },
    get isDoubted() {
      return !!beside
    },
    poll: begin,
    opened() {
      heardAt = clock.now()
      if (pollAfterMs === Infinity || signal.aborted) return
      firstByte = wait(pollAfterMs, () => {
        if (hasSpoken) return
        held()
        begin()
      })
    },
    received(added = 0) {
      count++
      const now = clock.now()
      // The clock was set back: what was noted by it lies in the future, and would for as long count as just now.
      if (now < heardAt) {
        heardAt = momentAt = now
        spokeAt &&= now
      }
      // A moment is judged by all that came in it: what one read of the body holds is told at once.
      // Text that keeps coming is no endless moment.
      if (now - heardAt > MOMENT_MS || now - momentAt >= PROOF_MS || !hasSpoken) {
        momentAt = now
        quietMs = now - heardAt
        pieces = 0
        queueMicrotask(judge)
      }
      hasSpoken = true
      heardAt = now
      pieces += added
    },
    probe() {
      if (asked !== undefined || beside || signal.aborted) return
      const before = count
      asked = wait(ASK_MS, () => {
        asked = undefined
        if (count === before) begin()
      })
    },
  }
}
