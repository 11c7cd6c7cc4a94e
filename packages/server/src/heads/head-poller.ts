import type { Environment } from '../environment'
import type { StreamHead, StreamStore } from '../store/stream-store'
import { backoffMs } from '../timing/backoff'
import type { Expiry } from './expiry'
import type { StoreHealth } from './store-health'

/** Polls the heads of all watched streams, to catch updates that notifications missed. At most one poll is in flight. */
export interface HeadPoller {
  /** Polls the stream soon, and then less and less often while nothing changes. */
  pollSoon(id: string): void
  /** Polls it at once, or right after the poll that is in flight. */
  pollNow(id: string): void
  /** Polls it after the wait before retry number `attempt` (1, 2, …), because a read failed. */
  pollAgain(id: string, attempt: number): void
  /**
   * The store has just shown the state of the stream in another way, so its next poll waits anew. But as long as there are
   * streams, a poll comes every few seconds: only polls prove that the store is healthy.
   */
  postpone(id: string): void
  /** Ends the polls of this stream. */
  forget(id: string): void
}

export interface HeadPollerOptions {
  readonly store: StreamStore
  readonly environment: Environment
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly leaseMs: number
  /** Gets each head, or `undefined` for a stream that is gone. Returns whether its next poll is to come soon. */
  readonly onHead: (id: string, head: StreamHead | undefined) => boolean
}

/** When a stream is polled next. Each one backs off by itself. */
interface Schedule {
  quietPolls: number
  /** `Infinity` while a poll is in flight. */
  dueAt: number
  waitMs: number
}

/**
 * The longest time between two polls, if nothing changes or notifications arrive. Within a lease there are always
 * several polls: only a row of results proves that the store was healthy, and that a lapsed stream has lost its owner.
 */
const longestMs = 5_000

/** A poll takes the streams along that are due within this part of their wait, so that a few polls serve all. */
const earlyPart = 1 / 8

export function createHeadPoller(options: HeadPollerOptions): HeadPoller {
  const { store, environment, expiry, health, leaseMs } = options
  const intervals = { firstMs: Math.min(250, leaseMs / 4), longestMs: Math.min(longestMs, leaseMs / 2) }
  const schedules = new Map<string, Schedule>()
  let isPolling = false
  let polledAt = -Infinity
  /** The number of the latest poll. Once all streams are forgotten, the late result of an earlier one is ignored. */
  let number = 0
  let timer: unknown
  let timerAt = Infinity

  return {
    pollSoon(id) {
      const schedule = scheduleOf(id)
      schedule.quietPolls = 0
      const waitMs = waitAfter(0)
      if (environment.now() + waitMs < schedule.dueAt) plan(schedule, waitMs)
    },
    pollNow(id) {
      const schedule = schedules.get(id)
      if (!schedule) return
      schedule.dueAt = environment.now()
      // Later, so that all who want this after one notification share the poll.
      queueMicrotask(pollDue)
    },
    pollAgain(id, attempt) {
      const schedule = scheduleOf(id)
      schedule.quietPolls = attempt - 1
      plan(schedule, waitAfter(attempt - 1))
    },
    postpone(id) {
      const schedule = schedules.get(id)
      const now = environment.now()
      // A poll that is due, or in flight, was wanted for another reason too.
      if (!schedule || schedule.dueAt <= now || schedule.dueAt === Infinity) return
      const dueAt = now + schedule.waitMs
      // The timer stays, and arms the next one if nothing is due.
      if (dueAt <= polledAt + intervals.longestMs) schedule.dueAt = Math.max(schedule.dueAt, dueAt)
    },
    forget(id) {
      schedules.delete(id)
      if (schedules.size > 0) return
      disarm()
      number++
      isPolling = false
    },
  }

  function scheduleOf(id: string): Schedule {
    const known = schedules.get(id)
    if (known) return known
    const schedule = { quietPolls: 0, dueAt: Infinity, waitMs: 0 }
    schedules.set(id, schedule)
    return schedule
  }

  function waitAfter(quietPolls: number): number {
    return backoffMs(quietPolls + 1, intervals, () => environment.random())
  }

  function plan(schedule: Schedule, waitMs: number): void {
    schedule.waitMs = waitMs
    schedule.dueAt = environment.now() + waitMs
    if (!isPolling) arm(schedule.dueAt)
  }

  function arm(at: number): void {
    if (timerAt <= at) return
    disarm()
    timerAt = at
    timer = environment.setTimeout(() => {
      disarm()
      health.timerFired(at)
      pollDue()
    }, at - environment.now())
  }

  function disarm(): void {
    environment.clearTimeout(timer)
    timer = undefined
    timerAt = Infinity
  }

  function pollDue(): void {
    if (isPolling) return
    const now = environment.now()
    const due = [...schedules].filter(([, { dueAt, waitMs }]) => dueAt - now <= waitMs * earlyPart)
    for (const [, schedule] of due) schedule.dueAt = Infinity
    // A stream that was due is forgotten.
    if (due.length === 0) armNext()
    else void poll(++number, due)
  }

  async function poll(mine: number, due: readonly (readonly [string, Schedule])[]): Promise<void> {
    isPolling = true
    polledAt = environment.now()
    // A failure is reported by the store.
    const heads = await store.heads(due.map(([id]) => id)).catch(() => undefined)
    if (mine !== number) return
    const found = new Map(heads?.map((head) => [head.id, head]))
    // One jitter for all, so that they stay together.
    const jitter = environment.random()
    for (const [id, schedule] of due) {
      if (schedules.get(id) !== schedule) continue
      const isSoon = heads !== undefined && reportHead(id, found.get(id))
      schedule.quietPolls = isSoon ? 0 : schedule.quietPolls + 1
      // Otherwise it was planned anew during the poll, or its last watcher has left because of this head.
      if (schedule.dueAt === Infinity && schedules.get(id) === schedule)
        plan(
          schedule,
          backoffMs(schedule.quietPolls + 1, intervals, () => jitter),
        )
    }
    if (mine !== number) return
    isPolling = false
    armNext()
  }

  function reportHead(id: string, head: StreamHead | undefined): boolean {
    const settled = head && expiry.settleInTurn(head)
    // Expiring streams must not delay any news: this head is reported now, and the new one after the expiry.
    if (settled instanceof Promise) void settled.then((ended) => options.onHead(id, ended))
    return options.onHead(id, settled instanceof Promise ? head : settled)
  }

  function armNext(): void {
    let earliest = Infinity
    for (const { dueAt } of schedules.values()) earliest = Math.min(earliest, dueAt)
    if (earliest < Infinity) arm(earliest)
  }
}
