import { type Backoff, backoffMs } from '../backoff'
import type { Environment } from '../environment'

/** How long a channel may take to bring a byte after the page came back, in milliseconds. */
const PROBE_MS = 2000

/** Bytes that arrive within this time belong together: they are one burst, in milliseconds. */
const BURST_MS = 100

/** A burst of this many chunks after this long without a byte was held back on its way. */
const BURST_CHUNKS = 3
const HELD_MS = 4000

/** A channel that brought no byte before, or was held back, is trusted after two bursts at least this far apart. */
const TRUST_MS = 1000

export interface ChannelOptions {
  /** How long a channel may take to bring its first byte, in milliseconds. */
  readonly pollAfterMs: number
  /** The waits between short reads that bring nothing new. */
  readonly poll: Backoff
  readonly environment: Environment
  /** Ends watching. */
  readonly signal: AbortSignal
  /** Whether chunks that arrive in bursts make the channel suspect. */
  readonly checksBursts: boolean
  /**
   * Does one short read and never rejects. Resolves with whether it brought something new, or, after a failure, with the
   * wait that the server requested, in milliseconds. `enough` ends the short reads for now.
   */
  readBeside(signal: AbortSignal): Promise<boolean | number | 'enough'>
  /** The channel gets through: it brings text as soon as there is some. */
  proven(): void
  /** Something holds the channel back on its way. */
  held(): void
}

export interface Channel {
  /** The channel has brought a byte. */
  readonly hasReceived: boolean
  /** Short reads are sent beside the channel. */
  readonly isPolledBeside: boolean
  /** Sends short reads beside the channel from now on, until it proves that it is not held back. */
  poll(): void
  /** The channel is opened: starts to wait for its first byte. */
  opened(): void
  /** Bytes arrived now, with this many chunks of text in them. */
  received(now: number, chunks: number): void
  /** The page is back: checks whether the channel is alive, unless a check is in progress. */
  probe(): void
}

/**
 * Watches whether a channel brings bytes when it should. While it is suspect, short reads beside it read the text: when the
 * first byte is late, when chunks arrive in bursts, and when the page is back and no byte comes. The channel itself stays
 * open, and the text it brings is used.
 */
export function watchChannel({
  pollAfterMs,
  poll,
  checksBursts,
  environment,
  signal,
  readBeside,
  proven,
  held,
}: ChannelOptions): Channel {
  const { Date: clock = Date } = environment
  let receivedAt = clock.now()
  /** How long no byte came before the current burst, and how many chunks the burst has brought. */
  let quietMs = 0
  let chunks = 0
  /** How often bytes arrived. */
  let count = 0
  let burstAt = receivedAt
  let hasReceived = false
  /** The channel had brought bytes before it became suspect. */
  let wasTrusted = false
  let trustedFrom: number | undefined
  /** The timers for the first byte, for a probe, and for the next short read. */
  let firstByte: unknown
  let probing: unknown
  let nextRead: unknown
  let beside: AbortController | undefined

  const wait = (ms: number, run: () => void) => environment.setTimeout(run, ms)
  const forget = (timer: unknown) => environment.clearTimeout(timer as never)

  function begin() {
    if (beside || signal.aborted) return
    beside = new AbortController()
    wasTrusted = hasReceived
    trustedFrom = undefined
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

  function judgeBurst() {
    const isHeldBurst = quietMs >= HELD_MS && chunks >= BURST_CHUNKS
    if (isHeldBurst) {
      trustedFrom = undefined
      if (beside || !checksBursts) return
      held()
      return begin()
    }
    if (!beside) return
    trustedFrom ??= receivedAt
    if (!wasTrusted && receivedAt - trustedFrom < TRUST_MS) return
    end()
    proven()
  }

  signal.addEventListener('abort', () => {
    for (const timer of [firstByte, probing]) forget(timer)
    end()
  })
  return {
    get hasReceived() {
      return hasReceived
    },
    get isPolledBeside() {
      return !!beside
    },
    poll: begin,
    opened() {
      receivedAt = clock.now()
      if (pollAfterMs === Infinity || signal.aborted) return
      firstByte = wait(pollAfterMs, () => {
        if (hasReceived) return
        held()
        begin()
      })
    },
    received(now, added) {
      count++
      // The clock was set back, so that the times noted before lie in the future.
      if (now < receivedAt) {
        receivedAt = burstAt = now
        trustedFrom &&= now
      }
      // A burst is judged once all of it has arrived: one read of the body reports all its chunks in one task. Text that
      // keeps coming begins a new burst after `TRUST_MS`.
      if (now - receivedAt > BURST_MS || now - burstAt >= TRUST_MS || !hasReceived) {
        burstAt = now
        quietMs = now - receivedAt
        chunks = 0
        queueMicrotask(judgeBurst)
      }
      hasReceived = true
      receivedAt = now
      chunks += added
    },
    probe() {
      if (probing !== undefined || beside || signal.aborted) return
      const before = count
      probing = wait(PROBE_MS, () => {
        probing = undefined
        if (count === before) begin()
      })
    },
  }
}
