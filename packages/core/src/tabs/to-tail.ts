import { type Backoff, backoffMs } from '../session/backoff'
import { checkSnapshot } from '../session/check-source'
import {
  isTerminal,
  type Snapshot,
  type SnapshotFetcher,
  type SnapshotSource,
  type SnapshotSubscription,
  type SnapshotTail,
} from '../types'
import type { TabsEnvironment } from './environment'
import { advance, type Reach } from './reach'

/** Longer than the longest pause between two looks and a slow one after it. */
const LOOK_STALL_MS = 45_000

const told = ['offset', 'text', 'status', 'epoch', 'base', 'upToDate', 'stalled'] as const

/** Any source of persisted text as one that is followed, so that one tab can follow it for all. */
export function toTail(source: SnapshotSource, poll: Backoff, environment: TabsEnvironment): SnapshotTail {
  if (typeof source === 'function') return look(source, poll, environment)
  return 'open' in source ? source : listen(source)
}

/** Looks again and again, with the pauses that a client makes between its own looks. */
function look(fetcher: SnapshotFetcher, poll: Backoff, environment: TabsEnvironment): SnapshotTail {
  const pause = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const end = () => {
        environment.clearTimeout(timer as never)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = environment.setTimeout(end, ms)
      signal.addEventListener('abort', end)
    })
  return {
    stallMs: LOOK_STALL_MS,
    read: fetcher,
    async open({ id, signal, ...from }, { next, alive }) {
      let reach: Reach = from
      let last: Snapshot | undefined
      let looks = 0
      for (;;) {
        const snapshot = checkSnapshot(await fetcher({ id, signal, ...reach }))
        const { status, upToDate = true } = snapshot
        const before = reach
        reach = advance(reach, snapshot)
        const isNew = status !== last?.status || reach.offset !== before.offset || reach.epoch !== before.epoch
        const isSaid = last && told.every((key) => last?.[key] === snapshot[key])
        last = snapshot
        alive()
        // A backend that knows no offsets answers with the whole text each time: tabs are not sent it twice.
        if (!isSaid) next(snapshot)
        if (signal.aborted || (isTerminal(status) && upToDate)) return
        looks = isNew ? 1 : looks + 1
        if (upToDate || !isNew) await pause(backoffMs(looks, poll), signal)
      }
    },
  }
}

/** A failure of the subscription ends the attempt, so that another tab may try, and this one waits before it does. */
function listen(source: SnapshotSubscription): SnapshotTail {
  return {
    open: (request, { next, alive }) =>
      new Promise((_resolve, reject) => {
        const undo = source.subscribe(request, {
          next(snapshot) {
            alive()
            next(snapshot)
          },
          fail: reject,
          lost: reject,
          connection: (connection) => connection === 'live' && alive(),
        })
        if (request.signal.aborted) undo()
        else request.signal.addEventListener('abort', undo)
      }),
  }
}
