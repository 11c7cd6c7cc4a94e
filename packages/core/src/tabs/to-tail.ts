import { type Backoff, backoffMs } from '../backoff'
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

/** Longer than the longest pause between two polls and a slow poll after it. */
const POLL_STALL_MS = 45_000

const sharedFields = ['offset', 'text', 'status', 'upToDate', 'stalled'] as const

/** Turns any source of persisted text into a tail, so that one tab can follow it for all. */
export function toTail(source: SnapshotSource, poll: Backoff, environment: TabsEnvironment): SnapshotTail {
  if (typeof source === 'function') return repeat(source, poll, environment)
  return 'open' in source ? source : listen(source)
}

/** Polls the source, with the same pauses as a client's own polls. */
function repeat(fetcher: SnapshotFetcher, poll: Backoff, environment: TabsEnvironment): SnapshotTail {
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
    stallMs: POLL_STALL_MS,
    read: fetcher,
    async open({ id, signal, offset, epoch }, { next, alive }) {
      let reach: Reach = { offset, epoch }
      let last: Snapshot | undefined
      let polls = 0
      for (;;) {
        const snapshot = checkSnapshot(await fetcher({ id, signal, ...reach }))
        const { status, upToDate = true } = snapshot
        const before = reach
        reach = advance(reach, snapshot)
        const isNew = status !== last?.status || reach.offset !== before.offset || reach.epoch !== before.epoch
        const isSame = sameOrigin(last, snapshot) && sharedFields.every((key) => last?.[key] === snapshot[key])
        last = snapshot
        alive()
        // A backend without offsets returns the whole text each time. Tabs do not send it twice.
        if (!isSame) next(snapshot)
        if (signal.aborted || (isTerminal(status) && upToDate)) return
        polls = isNew ? 1 : polls + 1
        if (upToDate || !isNew) await pause(backoffMs(polls, poll), signal)
      }
    },
  }
}

function sameOrigin(one: Snapshot | undefined, other: Snapshot): boolean {
  return one?.origin?.epoch === other.origin?.epoch && one?.origin?.base === other.origin?.base
}

/** A failure of the subscription ends the attempt, so that another tab may try. This tab waits before its next attempt. */
function listen(source: SnapshotSubscription): SnapshotTail {
  return {
    open: (request, { next, alive }) =>
      new Promise((_resolve, reject) => {
        const unsubscribe = source.subscribe(request, {
          next(snapshot) {
            alive()
            next(snapshot)
          },
          fail: reject,
          lost: reject,
          connection: (connection) => connection === 'live' && alive(),
        })
        if (request.signal.aborted) unsubscribe()
        else request.signal.addEventListener('abort', unsubscribe)
      }),
  }
}
