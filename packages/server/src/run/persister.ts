import type { Environment } from '../environment'
import { isStreamsError } from '../errors'
import type { Report } from '../events'
import type { FlushOptions } from '../options/streams-options'
import type { TerminalStatus } from '../store/status'
import type { StreamStore, WriteResult } from '../store/stream-store'
import { backoffMs } from '../timing/backoff'
import { createFlushSchedule } from './flush-schedule'
import { streamErrors } from './stream-errors'
import type { TextLog } from './text-log'

/** How the stream is to end. */
export interface Ending {
  readonly status: TerminalStatus
  readonly error?: string
  /** Why the producer stopped writing, in its own word. */
  readonly finishReason?: string
}

export interface PersisterListener {
  /** The ending is durable: the text up to `offset`, and its status. */
  onClosed(ending: Ending, offset: number): void
  onStopRequested(): void
  /**
   * The store will never take this text (`content-refused`), or has lost some of what it took before (`corrupt`). What is
   * durable stays, and nothing is added to it.
   */
  onRefused(code: 'content-refused' | 'corrupt'): void
  /** The stream is not ours any more. Nothing will be written. */
  onFenced(): void
}

export interface PersisterOptions {
  readonly store: StreamStore
  readonly id: string
  readonly epoch: number
  readonly log: TextLog
  readonly flush: Required<FlushOptions>
  readonly beatMs: number
  readonly environment: Environment
  readonly report: Report
  readonly onStoreFailed: () => void
  readonly onTimer: (plannedAt: number) => void
  readonly listener: PersisterListener
}

/** A reader of the run's text that writes it to the store. Never more than one act is under way. */
export interface Persister {
  /** When the store last answered. */
  readonly storedAt: number
  /** The log grew by `text`. */
  grew(text: string): void
  /** Stores what is left (with `isKeepingStored`: nothing more) and then sets the status. Tried until it succeeds or is fenced. */
  close(ending: Ending, isKeepingStored?: boolean): void
  /** Renews the lease now: the store tells whether the stream is still this run's. */
  beatNow(): void
  /** Lets go of everything; what is not stored yet will not be. */
  dispose(): void
}

/** A slice is never larger, so that a long backlog does not become one long transaction. */
const maxSlice = 262_144

export function createPersister(options: PersisterOptions): Persister {
  const { store, id, epoch, log, environment, report, listener } = options
  const schedule = createFlushSchedule(options.flush)
  // Half of what is between two beats at the most: whoever looks after an outage must find a lease that was renewed again, also
  // where the last attempt in it took as long as a store may take.
  const retry = { firstMs: 100, longestMs: Math.min(5_000, options.beatMs / 2) }
  let stored = log.length
  let end: number | undefined
  let ending: Ending | undefined
  let isWriting = false
  let isOver = false
  let failures = 0
  let conflicts = 0
  let isBeatDue = false
  let notBefore = -Infinity
  let storedAt = environment.now()
  let timer: unknown
  let timerAt = Infinity

  arm()
  return {
    get storedAt() {
      return storedAt
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
    beatNow() {
      isBeatDue = true
      pump()
    },
    dispose: finish,
  }

  function pump(): void {
    if (isOver || isWriting) return
    if (dueAt() <= environment.now()) void write()
    else arm()
  }

  function dueAt(): number {
    const now = environment.now()
    // More is unstored than has come since the last slice: that slice failed, or was only the first part of a backlog.
    const isBehind = log.length - stored > schedule.waiting
    const flushAt = ending || isBehind ? now : now + schedule.dueInMs(now)
    return Math.max(notBefore, isBeatDue ? now : Math.min(flushAt, storedAt + options.beatMs))
  }

  /** Only an earlier moment costs a new timer: a thousand appends within one interval share one. */
  function arm(): void {
    const at = dueAt()
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
      Math.max(0, at - environment.now()),
    )
  }

  function disarm(): void {
    if (timer !== undefined) environment.clearTimeout(timer)
    timer = undefined
    timerAt = Infinity
  }

  async function write(): Promise<void> {
    isWriting = true
    isBeatDue = false
    disarm()
    const text = log.read(stored, maxSlice, end)
    const isLast = ending !== undefined && stored + text.length === (end ?? log.length)
    if (text !== '') schedule.began(environment.now())
    try {
      const result = isLast ? await closeWith(text) : await appendOrBeat(text)
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

  function appendOrBeat(text: string): Promise<WriteResult> {
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
      if (text !== '') report.event({ type: 'stored', id, offset: reached, length: text.length })
      if (isLast) {
        finish()
        listener.onClosed(ending as Ending, reached)
      } else if (result.stopRequested) listener.onStopRequested()
      return
    }
    if (result.type === 'conflict' && isOurs(result.head.epoch, result.head.status, result.head.offset)) {
      // An answer was lost, or the store lost a write it had acknowledged: the log holds both, so go on from there. A store
      // that finds a conflict again and again must not be asked at full speed.
      if (result.head.offset === stored || ++conflicts > 1) backOff()
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
    report.error(error, { id, source: 'store' })
    const code = isStreamsError(error) ? error.code : undefined
    if (code === 'corrupt' && ending?.error === streamErrors.corrupt) {
      // Not even that can be stored. The stream is left to whoever expires it.
      finish()
      listener.onFenced()
    } else if (code === 'corrupt' || (code === 'content-refused' && text !== '')) {
      listener.onRefused(code)
    } else {
      options.onStoreFailed()
      backOff()
    }
  }

  function backOff(): void {
    failures++
    notBefore = environment.now() + backoffMs(failures, retry, () => environment.random())
  }

  function finish(): void {
    isOver = true
    disarm()
  }
}
