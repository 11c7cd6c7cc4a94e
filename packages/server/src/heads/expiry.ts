import type { Environment } from '../environment'
import type { Report, StreamServerEvent } from '../events'
import { isTerminal, type TerminalStatus } from '../store/status'
import type { StreamHead, StreamStore } from '../store/stream-store'
import type { StoreHealth } from './store-health'

/**
 * Ends streams whose producer is silent. Any process that reads such a stream may do it. Age alone never ends a stream.
 */
export interface Expiry {
  /**
   * Expires the stream if it has lapsed and this process may decide that. Returns the head after that, which may also
   * contain what another process has changed since. A stream that this process produces is never stalled, however late
   * its heartbeats are. If there is nothing to do, the result is not a promise.
   */
  settle(head: StreamHead): StreamHead | Promise<StreamHead>
  /** The same, after others: for all heads of a poll, of which hundreds may have lapsed. At most 8 calls are in flight. */
  settleInTurn(head: StreamHead): StreamHead | Promise<StreamHead>
}

export interface ExpiryOptions {
  readonly store: StreamStore
  readonly environment: Environment
  readonly report: Report
  readonly health: StoreHealth
  /** While a run of this process produces the stream, its lease does not matter here. */
  readonly isProducedHere: (id: string) => boolean
  /**
   * Called for a stream that has lapsed while this process cannot decide yet. It must poll the stream until that is
   * possible. Returns the time of the first call.
   */
  readonly onUndecided: (id: string) => number
  /** Resumes the stream instead of ending it, if a drive waits for that here. Returns whether one does. */
  readonly resume: (id: string) => boolean
  /** How long this process leaves a lapsed stream alone, so that a later drive can resume it first. */
  readonly graceMs: () => number
}

/** How many streams of a poll are expired at the same time. */
const maxInTurn = 8

export function createExpiry(options: ExpiryOptions): Expiry {
  const { store, environment, report, health, isProducedHere, onUndecided, resume } = options
  const inFlight = new Map<string, Promise<StreamHead>>()
  const turns = createTurns(maxInTurn)

  return {
    settle: (head) => settle(head, expire),
    settleInTurn: (head) =>
      settle(head, (lapsed) =>
        // Checked again, because the store may have failed during the wait.
        turns.take(async () => (health.isProven() ? expire(lapsed) : lapsed)),
      ),
  }

  function settle(head: StreamHead, call: (head: StreamHead) => Promise<StreamHead>): StreamHead | Promise<StreamHead> {
    if (!head.isStalled && !head.isLapsed) return head
    if (isProducedHere(head.id)) return { ...head, isStalled: false }
    if (!head.isLapsed || isTerminal(head.status)) return head
    if (!health.isProven()) {
      onUndecided(head.id)
      return head
    }
    if (head.status === 'streaming') {
      if (resume(head.id)) return head
      const graceMs = options.graceMs()
      if (graceMs > 0 && environment.now() - onUndecided(head.id) < graceMs) return head
    }
    const key = `${head.id}.${head.epoch}`
    const known = inFlight.get(key)
    if (known) return known
    const settled = call(head).finally(() => inFlight.delete(key))
    inFlight.set(key, settled)
    return settled
  }

  async function expire(head: StreamHead): Promise<StreamHead> {
    try {
      const result = await store.expire(head.id, head.epoch)
      if (result.type === 'expired') report.event(expired(result.head))
      return result.type === 'gone' ? head : result.head
    } catch {
      // The head itself was read, so it is used as it is. The next poll tries again.
      return head
    }
  }
}

/** The event for a lapsed stream that this process ended. */
export function expired({ id, epoch, status, offset }: StreamHead): StreamServerEvent {
  return { type: 'expired', id, epoch, status: status as TerminalStatus, offset }
}

/** Starts at most `max` calls at a time, in the order in which they came. */
function createTurns(max: number) {
  const waiting: (() => void)[] = []
  let free = max

  return {
    async take<T>(act: () => Promise<T>): Promise<T> {
      if (free > 0) free--
      else await new Promise<void>((resolve) => void waiting.push(resolve))
      try {
        return await act()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
