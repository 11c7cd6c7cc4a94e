import type { Environment } from '../environment'
import type { Report, StreamsEvent } from '../events'
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

export function createExpiry(options: ExpiryOptions): Expiry {
  const { store, environment, report, health, isProducedHere, onUndecided, resume } = options
  const inFlight = new Map<string, Promise<StreamHead>>()

  return {
    settle(head) {
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
      const call = expire(head).finally(() => inFlight.delete(key))
      inFlight.set(key, call)
      return call
    },
  }

  async function expire(head: StreamHead): Promise<StreamHead> {
    try {
      const now = await store.expire(head.id, head.epoch)
      if (now?.status === (head.stopRequested ? 'stopped' : 'timeout')) report.event(expired(now))
      return now ?? head
    } catch {
      // The head itself was read, so it is used as it is. The next poll tries again.
      return head
    }
  }
}

/** The event for a lapsed stream that this process ended. */
export function expired({ id, epoch, status, offset }: StreamHead): StreamsEvent {
  return { type: 'expired', id, epoch, status: status as TerminalStatus, offset }
}
