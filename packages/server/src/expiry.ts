import type { Environment } from './environment'
import type { Report } from './report'
import type { StreamHead, StreamStore } from './store'
import { isTerminal } from './types'

/** Ends streams whose producer is silent. By whoever looks; age alone never ends a live stream. */
export interface Expiry {
  /**
   * The head, with its end if it had lapsed and this process may say so; or as somebody else has changed it since. What
   * this process produces is not stalled, however late its beats.
   */
  settle(head: StreamHead): Promise<StreamHead>
  /** Whether this process may call another's lease over at all. */
  mayExpire(): boolean
  /** The store failed: perhaps nobody could beat, so nothing is expired for a lease. */
  storeFailed(): void
  /** The store answers what it was asked at `askedAt`. Much too late means that perhaps nobody could beat in between. */
  storeAnswered(askedAt: number): void
  /** A timer meant for `plannedAt` fires. Much too late means that this machine stood still, and so perhaps others did. */
  timerFired(plannedAt: number): void
}

export interface ExpiryOptions {
  readonly store: StreamStore
  readonly leaseMs: number
  readonly environment: Environment
  readonly report: Report
  /** A run in this process knows better than its lease. */
  readonly isProducedHere: (id: string) => boolean
}

export function createExpiry({ store, leaseMs, environment, report, isProducedHere }: ExpiryOptions): Expiry {
  const underWay = new Map<string, Promise<StreamHead>>()
  let waitUntil = -Infinity

  const expiry: Expiry = {
    async settle(head) {
      if (!head.isStalled && !head.isLapsed) return head
      if (isProducedHere(head.id)) return { ...head, isStalled: false }
      if (!head.isLapsed || isTerminal(head.status)) return head
      if (!expiry.mayExpire()) return head
      const key = `${head.id}.${head.epoch}`
      const known = underWay.get(key)
      if (known) return known
      const asked = expire(head).finally(() => underWay.delete(key))
      underWay.set(key, asked)
      return asked
    },
    mayExpire: () => environment.now() >= waitUntil,
    storeFailed: wait,
    storeAnswered: waitIfLate,
    timerFired: waitIfLate,
  }
  return expiry

  function waitIfLate(since: number): void {
    if (environment.now() - since > leaseMs / 3) wait()
  }

  function wait(): void {
    waitUntil = environment.now() + leaseMs
  }

  async function expire(head: StreamHead): Promise<StreamHead> {
    try {
      const now = await store.expire(head.id, head.epoch)
      if (now?.status === (head.stopRequested ? 'stopped' : 'timeout'))
        report.event({ type: 'expired', id: head.id, epoch: head.epoch })
      return now ?? head
    } catch (error) {
      // The look itself succeeded; it is answered as it was, and the next one tries again.
      report.error(error, { id: head.id, source: 'store' })
      wait()
      return head
    }
  }
}
