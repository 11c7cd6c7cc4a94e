import type { Environment } from '../environment'
import { isStreamServerError } from '../errors'
import type { Report } from '../events'
import type { FlushOptions } from '../options/create-streams-options'
import type { StreamStore, WriteResult } from '../store/stream-store'
import { backoffMs } from '../timing/backoff'
import { createFlushSchedule } from './flush-schedule'
import { streamErrors } from './stream-errors'
import type { TextLog } from './text-log'

/** How the stream will end. */
export type Ending =
  /** `finishReason` is the producer's. */
  | { readonly status: 'done'; readonly finishReason?: string }
  /** `error` is a code for readers. */
  | { readonly status: 'error'; readonly error: string }
  | { readonly status: 'stopped' }

export interface PersisterListener {
  /** More of the text is durable. */
  onStored(): void
  /** The ending is durable: the text up to `offset`, and its status. */
  onClosed(ending: Ending, offset: number): void
  onStopRequested(): void
  /**
   * The store will never accept this text (`content-refused`), or has lost text that it acknowledged (`corrupt`). The
   * durable text stays, and nothing is added to it.
   */
  onRefused(code: 'content-refused' | 'corrupt'): void
  /** The stream no longer belongs to this run. Nothing more is written. */
  onFenced(): void
}

export interface PersisterOptions {
  readonly store: StreamStore
  readonly id: string
  readonly epoch: number
  readonly log: TextLog
  readonly flush: Required<FlushOptions>
  readonly heartbeatMs: number
  readonly environment: Environment
  readonly report: Report
  readonly onTimer: (plannedAt: number) => void
  readonly listener: PersisterListener
}

/** Writes the text of the run to the store. There is at most one call to the store in flight. */
export interface Persister {
  /** When the store last responded to a write. */
  readonly storedAt: number
  /** The durable length, as the store last acknowledged it. */
  readonly stored: number
  /** The log grew by `text`. */
  grew(text: string): void
  /**
   * Stores the rest of the text, or with `isKeepingStored` no more text, and sets the status. It retries until that
   * succeeds or the run is fenced.
   */
  close(ending: Ending, isKeepingStored?: boolean): void
  /**
   * A reader already has the text up to `offset`, more than is stored, because its driver's response was cut. The first text after
   * that is stored at once, so that the reader does not wait for the next slice. An offset that the text has not reached is ignored.
   */
  storeBeyond(offset: number): void
  /** Renews the lease now. The result shows whether the stream still belongs to this run. */
  heartbeatNow(): void
  /** Stops. Text that is not stored yet is dropped. */
  dispose(): void
}

/** The longest slice that is written at once, so that a long backlog does not become one long transaction. */
const maxSlice = 262_144

export function createPersister(options: PersisterOptions): Persister {
  const { store, id, epoch, log, environment, report, listener } = options
  const schedule = createFlushSchedule(options.flush)
  // At most half of the time between two heartbeats: a reader after an outage must find a lease that was renewed again,
  // even if the last attempt during the outage took as long as a call may take.
  const retry = { firstMs: 100, longestMs: Math.min(5_000, options.heartbeatMs / 2) }
  let stored = log.length
  let end: number | undefined
  let ending: Ending | undefined
  let isWriting = false
  let isTurnAwaited = false
  let isOver = false
  let failures = 0
  let conflicts = 0
  let isHeartbeatDue = false
  /** See `storeBeyond`. */
  let beyond = -1
  let notBefore = -Infinity
  let storedAt = environment.now()
  let timer: unknown
  let timerAt = Infinity

  pump()
  return {
    get storedAt() {
      return storedAt
    },
    get stored() {
      return stored
    },
    grew(text) {
      schedule.grew(text, environment.now())
      pump()
    },
    close(next, isKeepingStored = false) {
      ending = next
      if (isKeepingStored) end = stored
      pump()
    },
    storeBeyond(offset) {
      if (offset <= log.length) beyond = Math.max(beyond, offset)
      pump()
    },
    heartbeatNow() {
      isHeartbeatDue = true
      pump()
    },
    dispose: finish,
  }

  function pump(isTurnOver = false): void {
    if (isOver || isWriting || (isTurnAwaited && !ending)) return
    const now = environment.now()
    const at = dueAt(now)
    if (at > now) arm(at, now)
    else if (ending || isTurnOver) void write()
    else awaitTurn()
  }

  /** A producer often appends several parts in one turn of the event loop, or ends in it. They become one slice. */
  function awaitTurn(): void {
    isTurnAwaited = true
    environment.setImmediate(() => {
      isTurnAwaited = false
      pump(true)
    })
  }

  function dueAt(now: number): number {
    // More text is unstored than came since the last slice. So that slice failed, or was only a part of a backlog.
    const isBehind = log.length - stored > schedule.waiting
    const isAwaited = stored <= beyond && beyond < log.length
    const flushAt = ending || isBehind || isAwaited ? now : now + schedule.dueInMs(now)
    return Math.max(notBefore, isHeartbeatDue ? now : Math.min(flushAt, storedAt + options.heartbeatMs))
  }

  /** Sets a new timer only for an earlier time, so a thousand appends within one interval share one timer. */
  function arm(at: number, now: number): void {
    if (timerAt <= at && timer !== undefined) return
    disarm()
    timerAt = at
    timer = environment.setTimeout(
      () => {
        const plannedAt = timerAt
        disarm()
        options.onTimer(plannedAt)
        pump()
      },
      Math.max(0, at - now),
    )
  }

  function disarm(): void {
    if (timer !== undefined) environment.clearTimeout(timer)
    timer = undefined
    timerAt = Infinity
  }

  async function write(): Promise<void> {
    isWriting = true
    isHeartbeatDue = false
    disarm()
    const text = log.read(stored, maxSlice, end)
    const isLast = ending !== undefined && stored + text.length === (end ?? log.length)
    if (text !== '') schedule.began(environment.now())
    try {
      const result = isLast ? await closeWith(text) : await appendOrRenew(text)
      if (isOver) return
      apply(result, text, isLast)
    } catch (error) {
      if (isOver) return
      failed(error, text)
    } finally {
      isWriting = false
    }
    pump()
  }

  function closeWith(text: string): Promise<WriteResult> {
    return store.close(id, { epoch, offset: stored, text, ...(ending as Ending) })
  }

  function appendOrRenew(text: string): Promise<WriteResult> {
    return text === '' ? store.beat(id, epoch) : store.append(id, { epoch, offset: stored, text })
  }

  function apply(result: WriteResult, text: string, isLast: boolean): void {
    storedAt = environment.now()
    if (result.type === 'ok') {
      failures = 0
      conflicts = 0
      notBefore = -Infinity
      const reached = stored + text.length
      stored = reached
      if (text !== '') {
        report.event({ type: 'stored', id, offset: reached, length: text.length })
        listener.onStored()
      }
      if (isLast) {
        finish()
        listener.onClosed(ending as Ending, reached)
      } else if (result.stopRequested) listener.onStopRequested()
      return
    }
    if (result.type === 'conflict' && isOurs(result.head.epoch, result.head.status, result.head.offset)) {
      // A result was lost, or the store lost a write that it had acknowledged. The log still has the text, so writing
      // continues at the store's offset. Repeated conflicts back off, so that they do not become a busy loop.
      if (result.head.offset === stored || ++conflicts > 1) waitLonger()
      stored = result.head.offset
      if (end !== undefined) end = Math.max(end, stored)
      if (result.head.stopRequested) listener.onStopRequested()
      return
    }
    finish()
    listener.onFenced()
  }

  function isOurs(itsEpoch: number, status: string, offset: number): boolean {
    return itsEpoch === epoch && status === 'streaming' && offset <= log.length
  }

  function failed(error: unknown, text: string): void {
    const code = isStreamServerError(error) ? error.code : undefined
    if (code === 'corrupt' && ending?.status === 'error' && ending.error === streamErrors.corrupt) {
      // Even this end cannot be stored. The stream lapses, and a reader expires it.
      finish()
      listener.onFenced()
    } else if (code === 'corrupt' || (code === 'content-refused' && text !== '')) {
      listener.onRefused(code)
    } else {
      waitLonger()
    }
  }

  function waitLonger(): void {
    failures++
    notBefore = environment.now() + backoffMs(failures, retry, () => environment.random())
  }

  function finish(): void {
    isOver = true
    disarm()
  }
}
