import type { Environment } from '../environment'
import { StreamsError } from '../errors'
import type { Report } from '../events'
import type { StreamHead, StreamStore } from '../store/stream-store'
import { backoffMs } from '../timing/backoff'
import type { Expiry } from './expiry'
import type { StoreHealth } from './store-health'

/** One batched look at all streams that somebody watches, again and again, for what hints have missed. */
export interface HeadPoller {
  /** Glances soon, and then less and less often while that brings no news. */
  pollSoon(): void
  /** Nobody watches any more: nothing is left, not even of a glance that is under way. */
  stop(): void
}

export interface HeadPollerOptions {
  readonly store: StreamStore
  readonly environment: Environment
  readonly report: Report
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly leaseMs: number
  readonly ids: () => readonly string[]
  /** What a glance found, `undefined` for a stream that is gone. Answers whether that was news worth hurrying for. */
  readonly onHead: (id: string, head: StreamHead | undefined) => boolean
  /** The store answers again, so what failed meanwhile may be tried anew. */
  readonly onRecovered: (ids: readonly string[]) => void
}

/**
 * They back off while they bring no news, because hints are enough or nothing happens; but within a lease there are several,
 * since only a row of answers shows that nothing but its owner was away.
 */
const longestMs = 5_000

/** A glance that the store does not answer for so long is given up, or it would be the last one. */
const timeoutMs = 15_000

export function createHeadPoller(options: HeadPollerOptions): HeadPoller {
  const { store, environment, report, expiry, health, ids, leaseMs } = options
  const intervals = { firstMs: Math.min(250, leaseMs / 4), longestMs: Math.min(longestMs, leaseMs / 2) }
  let quiet = 0
  let isUnderWay = false
  /** Counts glances, so that one which was given up has no effect when it is answered after all. */
  let number = 0
  let hasFailed = false
  /** For the next glance, or for giving up the one that is under way. */
  let timer: unknown
  let timerAt = Infinity

  return {
    pollSoon() {
      quiet = 0
      schedule()
    },
    stop: end,
  }

  function schedule(): void {
    if (isUnderWay || ids().length === 0) return
    const at = environment.now() + backoffMs(quiet + 1, intervals, () => environment.random())
    if (timer !== undefined && timerAt <= at) return
    environment.clearTimeout(timer)
    timerAt = at
    timer = environment.setTimeout(() => {
      timer = undefined
      health.timerFired(at)
      void glance(++number)
    }, at - environment.now())
  }

  async function glance(mine: number): Promise<void> {
    isUnderWay = true
    quiet++
    timer = environment.setTimeout(() => {
      failed(new StreamsError('store', `it did not answer a glance within ${timeoutMs} ms`))
      next()
    }, timeoutMs)
    try {
      const asked = ids()
      const askedAt = environment.now()
      const heads = await store.heads(asked)
      if (mine !== number) return
      health.answered(askedAt, heads[0]?.now)
      const found = new Map(heads.map((head) => [head.id, head]))
      for (const id of asked) {
        const head = found.get(id)
        const settled = head && expiry.settle(head)
        // The end of one stream keeps no other one waiting: it is told as it was found, and again once it has ended.
        if (settled instanceof Promise) void settled.then((ended) => options.onHead(id, ended))
        if (options.onHead(id, settled instanceof Promise ? head : settled)) quiet = 0
      }
      if (hasFailed) options.onRecovered(asked)
      hasFailed = false
    } catch (error) {
      if (mine !== number) return
      failed(error)
    }
    if (mine === number) next()
  }

  function failed(error: unknown): void {
    if (!hasFailed) report.error(error, { source: 'store' })
    hasFailed = true
    health.failed()
  }

  function next(): void {
    end()
    schedule()
  }

  function end(): void {
    environment.clearTimeout(timer)
    timer = undefined
    number++
    isUnderWay = false
  }
}
