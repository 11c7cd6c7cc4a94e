import type { Environment } from '../environment'
import type { StreamHead, StreamStore } from '../store/stream-store'
import { backoffMs } from '../timing/backoff'
import type { Expiry } from './expiry'
import type { StoreHealth } from './store-health'

/** Polls the heads of all watched streams in one store call, to catch updates that notifications missed. */
export interface HeadPoller {
  /** Polls soon, then backs off while nothing changes. */
  pollSoon(): void
  /** Stops polling and ignores the result of a poll in flight. */
  stop(): void
}

export interface HeadPollerOptions {
  readonly store: StreamStore
  readonly environment: Environment
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly leaseMs: number
  readonly ids: () => readonly string[]
  /** Gets each head, or `undefined` for a stream that is gone. Returns whether the next poll is to come soon. */
  readonly onHead: (id: string, head: StreamHead | undefined) => boolean
  /** Called when the store responds again after a failure, so that failed reads can be retried. */
  readonly onRecovered: (ids: readonly string[]) => void
}

/**
 * The longest time between two polls, if nothing changes or notifications arrive. Within a lease there are always
 * several polls: only a row of results proves that the store was healthy, and that a lapsed stream has lost its owner.
 */
const longestMs = 5_000

export function createHeadPoller(options: HeadPollerOptions): HeadPoller {
  const { store, environment, expiry, health, ids, leaseMs } = options
  const intervals = { firstMs: Math.min(250, leaseMs / 4), longestMs: Math.min(longestMs, leaseMs / 2) }
  let quietPolls = 0
  let isPolling = false
  /** The number of the latest poll. The late result of an earlier one is ignored. */
  let number = 0
  let hasFailed = false
  let timer: unknown
  let timerAt = Infinity

  return {
    pollSoon() {
      quietPolls = 0
      schedule()
    },
    stop: end,
  }

  function schedule(): void {
    if (isPolling || ids().length === 0) return
    const at = environment.now() + backoffMs(quietPolls + 1, intervals, () => environment.random())
    if (timer !== undefined && timerAt <= at) return
    environment.clearTimeout(timer)
    timerAt = at
    timer = environment.setTimeout(() => {
      timer = undefined
      health.timerFired(at)
      void poll(++number)
    }, at - environment.now())
  }

  async function poll(mine: number): Promise<void> {
    isPolling = true
    quietPolls++
    const requested = ids()
    // A failure is reported by the store.
    const heads = await store.heads(requested).catch(() => undefined)
    if (mine !== number) return
    const found = new Map(heads?.map((head) => [head.id, head]))
    for (const id of heads ? requested : []) {
      const head = found.get(id)
      const settled = head && expiry.settleInTurn(head)
      // Expiring streams must not delay any news: this head is reported now, and the new one after the expiry.
      if (settled instanceof Promise) void settled.then((ended) => options.onHead(id, ended))
      if (options.onHead(id, settled instanceof Promise ? head : settled)) quietPolls = 0
    }
    if (heads && hasFailed) options.onRecovered(requested)
    hasFailed = heads === undefined
    isPolling = false
    schedule()
  }

  function end(): void {
    environment.clearTimeout(timer)
    timer = undefined
    number++
    isPolling = false
  }
}
