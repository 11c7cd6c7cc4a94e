import type { Environment } from '../environment'
import { isStreamsError, StreamsError } from '../errors'
import type { Report, StreamsEvent } from '../events'
import { isTerminal, type TerminalStatus } from '../store/status'
import type { StreamHead, StreamStore } from '../store/stream-store'
import { settleWithin } from '../timing/settle-within'
import type { StoreHealth } from './store-health'

/** Ends streams whose producer is silent. By whoever looks; age alone never ends a live stream. */
export interface Expiry {
  /**
   * The head, with its end if it had lapsed and this process may say so; or as somebody else has changed it since. What
   * this process produces is not stalled, however late its beats. It is no promise where there is nothing to do.
   */
  settle(head: StreamHead): StreamHead | Promise<StreamHead>
}

export interface ExpiryOptions {
  readonly store: StreamStore
  readonly environment: Environment
  readonly report: Report
  readonly health: StoreHealth
  /** A run in this process knows better than its lease. */
  readonly isProducedHere: (id: string) => boolean
  /**
   * This stream has lapsed and cannot be judged yet: it is to be looked at again, until it can be. Answers since when that has
   * been so.
   */
  readonly onUndecided: (id: string) => number
  /** A drive that waits here takes the stream up, in place of an end. */
  readonly resume: (id: string) => boolean
  /** How long a stream must have been known as lapsed here, so that a drive that is to come may take it up first. */
  readonly graceMs: () => number
}

/** An expiry that takes longer has failed, in milliseconds. The next poll tries again. */
const timeoutMs = 15_000

export function createExpiry(options: ExpiryOptions): Expiry {
  const { store, environment, report, health, isProducedHere, onUndecided, resume } = options
  const underWay = new Map<string, Promise<StreamHead>>()

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
      const known = underWay.get(key)
      if (known) return known
      const asked = expire(head).finally(() => underWay.delete(key))
      underWay.set(key, asked)
      return asked
    },
  }

  async function expire(head: StreamHead): Promise<StreamHead> {
    try {
      // A call that never settles must not hold up this stream for ever.
      const late = () => new StreamsError('store', `expire() did not settle within ${timeoutMs} ms`)
      const now = await settleWithin(timeoutMs, store.expire(head.id, head.epoch), late, environment)
      if (now?.status === (head.stopRequested ? 'stopped' : 'timeout')) report.event(expired(now))
      return now ?? head
    } catch (error) {
      // The head itself was read, so it is used as it is. The next poll tries again.
      report.error(error, { id: head.id, source: 'store' })
      // A damaged stream says nothing about the store as a whole.
      if (!isStreamsError(error, 'corrupt')) health.failed()
      return head
    }
  }
}

/** What is told of a lapsed stream that was ended here. */
export function expired({ id, epoch, status, offset }: StreamHead): StreamsEvent {
  return { type: 'expired', id, epoch, status: status as TerminalStatus, offset }
}
