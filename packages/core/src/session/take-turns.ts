import { type Backoff, backoffMs } from '../backoff'
import type { ConnectionSlots, Slot } from './connection-slots'

/** How long a follower keeps its slot at least, and waits for the slot of another one, in milliseconds. */
const TURN_MS = 10_000

/** The same at a source without short reads, where followers that wait see nothing. */
const BLIND_TURN_MS = 1000

/** A source that never brings anything keeps its slot for this long, in milliseconds. */
const SILENT_TURN_MS = 30_000

/** The longest wait between two short reads of a follower that waits, in milliseconds. */
const MAX_WAIT_MS = 2000

export interface TurnOptions {
  readonly slots: ConnectionSlots
  /** The waits between short reads, which are at most `MAX_WAIT_MS`. */
  readonly poll: Backoff
  /** Ends waiting, and the turn. */
  readonly signal: AbortSignal
  after(ms: number, run: () => void): void
  /** The reader has just lost its slot, so it has no news to read at once. */
  readonly wasEnded: boolean
  /**
   * Does one short read and never rejects. Resolves with whether there is more to read at once or, after a failure, with the
   * wait that the server requested, in milliseconds. @default none
   */
  readonly read?: ((until: AbortSignal) => Promise<boolean | number>) | undefined
  /** Opens the connection. */
  begin(): void
  /** Closes the connection. The reader takes turns again with its next attempt. */
  end(): void
}

/**
 * Opens the connection of a follower once it has a slot. Until then, short reads bring its text. Their waits grow also while
 * they bring news: otherwise a page with more streams than slots would poll some of them as fast as they are written.
 */
export function takeTurns({ slots, poll, signal, after, wasEnded, read, begin, end }: TurnOptions): Slot & {
  /** Starts to wait for a slot. Returns a function that gives it back. */
  follow(): () => void
} {
  const turnMs = read ? TURN_MS : BLIND_TURN_MS
  const waiting = new AbortController()
  const endWait = () => waiting.abort()
  signal.addEventListener('abort', endWait)

  async function readOn(count: number) {
    const { signal: until } = waiting
    const result = await slots.readInTurn(async () => !until.aborted && !!read && read(until))
    if (!until.aborted) wait(result === true ? 0 : Math.max(waitMs(count), Number(result)), count + 1)
  }

  function wait(ms: number, count: number) {
    if (!ms) readOn(count)
    else after(ms, () => waiting.signal.aborted || readOn(count))
  }

  const waitMs = (count: number) => backoffMs(count, { ...poll, maxMs: Math.min(poll.maxMs, MAX_WAIT_MS) })

  const slot = {
    begin() {
      endWait()
      after(SILENT_TURN_MS, () => slots.caughtUp(slot))
      after(turnMs, () => slots.turnOver(slot))
      begin()
    },
    end,
    follow() {
      const leave = slots.follow(slot)
      if (!waiting.signal.aborted) {
        after(turnMs, () => waiting.signal.aborted || slots.turnOver(slot))
        if (read) wait(wasEnded ? waitMs(1) : 0, 1)
      }
      return leave
    },
  }
  return slot
}
