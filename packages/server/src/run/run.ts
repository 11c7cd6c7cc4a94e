import { StreamServerError } from '../errors'
import type { TextRange } from '../reading/text-source'
import type { TerminalStatus } from '../store/status'
import { cutBeforeSplitPair } from '../store/surrogates'
import type { EventLoopYield } from '../timing/event-loop-yield'
import type { Ending } from './persister'
import { createPersister, type PersisterOptions } from './persister'
import { rewindMark, rewindMistake } from './rewind'
import { createStorableText } from './storable-text'
import { streamErrors } from './stream-errors'
import { createTextLog, type TextLog } from './text-log'

/** It only moves down this list. See SPEC.md. */
export type RunState =
  | { readonly type: 'producing' }
  /** The text is complete, but its end is not stored yet. `isOverdue`: for longer than `settleMs`. */
  | { readonly type: 'closing'; readonly ending: Ending; readonly isOverdue: boolean }
  /** Durable. `offset` is the length of the stored text. */
  | { readonly type: 'closed'; readonly ending: Ending; readonly offset: number }
  /** The stream no longer belongs to this run. The stored text counts. */
  | { readonly type: 'fenced' }

/** How the run of a stream ended. */
export type RunOutcome =
  /** The end is stored. `offset` is the length of the stored text. */
  | {
      readonly status: TerminalStatus
      readonly offset: number
      /** Why the status is `error`: a code for readers. */
      readonly error?: string
      /** The producer's finish reason. */
      readonly finishReason?: string
    }
  /**
   * This process does not produce the stream, or does so no longer: another process has claimed or ended it, it was deleted, or
   * `close()` gave up storing its end.
   */
  | { readonly status: 'fenced' }

/** One generation of a stream, in this process, under one claim. */
export interface Run {
  readonly id: string
  readonly epoch: number
  readonly base: number
  readonly log: TextLog
  readonly state: RunState
  /** Aborts on stop, fencing and shutdown, never because a reader left. */
  readonly signal: AbortSignal
  /** Resolves when the run is closed, fenced or abandoned. Never rejects. */
  readonly finished: Promise<RunOutcome>
  /** When the store last responded to a write of this run. */
  readonly storedAt: number
  /**
   * The text that the store has acknowledged, from `offset` on: at most `max` (2 or more) code units, and the end once the
   * store has acknowledged that. `undefined` after the run was fenced: only the store knows what counts then.
   */
  readStored(offset: number, max: number): TextRange | undefined
  /**
   * Makes any string storable and appends it. After the run has ended it does nothing. Returns a promise if the producer has to
   * wait for a turn of the event loop. Anything but a string is reported and ends the run as `error`. It then rejects, but an
   * unawaited rejection does not end the process.
   */
  append(text: string): Promise<void> | undefined
  /** The length of the text that was appended, also of what cannot be stored yet. */
  readonly length: number
  /** Withdraws what follows `offset`. An offset that cannot be used is reported and ends the run as `error`, as in `append`. */
  rewind(offset: number): Promise<void> | undefined
  /** Sets how the text ends. The first one counts. */
  end(ending: Ending): void
  stop(): void
  /** See `Persister.storeBeyond`. */
  storeBeyond(offset: number): void
  /** Checks in the store whether the stream still belongs to this run. */
  checkClaim(): void
  /** The stream was deleted. */
  fence(): void
  /** Stops storing, because the process ends. */
  abandon(): void
  /** Calls `onChange` at every change. Returns a function that unsubscribes. */
  subscribe(onChange: () => void): () => void
}

export interface RunOptions extends Omit<PersisterOptions, 'log' | 'listener'> {
  readonly base: number
  /** The text that was durable before this run, in slices. */
  readonly prefix: readonly string[]
  readonly maxLength: number
  readonly settleMs: number
  readonly yieldToEventLoop: EventLoopYield
  /** Called when more of the text is durable, and after the end. What `readStored` returns has changed then. */
  readonly onDurable: () => void
}

const tooLong: Ending = { status: 'error', error: streamErrors.tooLong }

export function createRun(options: RunOptions): Run {
  const { id, epoch, environment, report } = options
  const log = createTextLog()
  for (const slice of options.prefix) log.push(slice)
  const storable = createStorableText()
  const aborter = new AbortController()
  const subscribers = new Set<() => void>()
  let state: RunState = { type: 'producing' }
  let settleTimer: unknown
  let onFinished: (outcome: RunOutcome) => void = () => undefined
  const finished = new Promise<RunOutcome>((resolve) => {
    onFinished = resolve
  })

  /** The latest result of `readStored`. The readers of a stream that are at the same position ask in a row. */
  let lastRead: { state: RunState; offset: number; max: number; range: TextRange } | undefined

  const persister = createPersister({
    store: options.store,
    id,
    epoch,
    flush: options.flush,
    heartbeatMs: options.heartbeatMs,
    environment,
    report,
    onTimer: options.onTimer,
    log,
    listener: {
      onStored: options.onDurable,
      onClosed(ending, offset) {
        report.event({ type: 'closed', id, offset, ...ending })
        settle({ type: 'closed', ending, offset })
      },
      onStopRequested: stop,
      onRefused: (code) =>
        end({ status: 'error', error: code === 'corrupt' ? streamErrors.corrupt : streamErrors.refused }, true),
      onFenced: fence,
    },
  })

  return {
    id,
    epoch,
    base: options.base,
    log,
    get state() {
      return state
    },
    signal: aborter.signal,
    finished,
    get storedAt() {
      return persister.storedAt
    },
    readStored,
    append,
    get length() {
      return log.length + storable.heldLength
    },
    rewind(offset) {
      if (state.type !== 'producing') return options.yieldToEventLoop()
      // Half a surrogate pair does not wait for its other half: the mark stands between them.
      take(storable.flush())
      const mistake = rewindMistake(offset, log, options.base)
      return mistake ? refuse(new StreamServerError('invalid-offset', mistake)) : append(rewindMark(offset))
    },
    end: (ending) => end(ending),
    stop,
    storeBeyond: persister.storeBeyond,
    checkClaim: persister.heartbeatNow,
    fence,
    abandon: () => settle({ type: 'fenced' }),
    subscribe(onChange) {
      subscribers.add(onChange)
      return () => subscribers.delete(onChange)
    },
  }

  function readStored(offset: number, max: number): TextRange | undefined {
    if (state.type === 'fenced') return undefined
    const { stored } = persister
    const isSameText = lastRead?.range.head.offset === stored && lastRead.state === state
    if (lastRead && isSameText && lastRead.offset === offset && lastRead.max === max) return lastRead.range
    const start = Math.min(offset, stored)
    const ending = state.type === 'closed' ? state.ending : ({ status: 'streaming' } as const)
    const head = { ...ending, epoch, base: options.base, offset: stored, isStalled: false }
    const range = { head, start, text: log.read(start, max, stored) }
    lastRead = { state, offset, max, range }
    return range
  }

  function append(text: string): Promise<void> | undefined {
    if (typeof text !== 'string')
      return refuse(
        new StreamServerError(
          'invalid-text',
          'a producer may only append strings; append the text of a part, not the part itself',
        ),
      )
    if (state.type === 'producing') take(storable.push(text))
    return options.yieldToEventLoop()
  }

  /** Ends the run here: a producer that does not await `append` never gets the error, and would go on to `done`. */
  function refuse(error: StreamServerError): Promise<never> {
    if (state.type === 'producing') report.error(error, { id, source: 'producer' })
    end({ status: 'error', error: streamErrors.producer })
    const refused = Promise.reject(error)
    // The error is reported above. A promise that the producer does not await must not end the process.
    refused.catch(() => undefined)
    return refused
  }

  function take(text: string): void {
    const room = Math.max(0, options.maxLength - log.length)
    const fitting = text.length > room ? cutBeforeSplitPair(text.slice(0, room)) : text
    if (fitting !== '') {
      log.push(fitting)
      persister.grew(fitting)
      changed()
    }
    if (fitting.length < text.length) end(tooLong)
  }

  function stop(): void {
    end({ status: 'stopped' })
  }

  function end(wanted: Ending, isRefused = false): void {
    if (state.type === 'closing' && isRefused) {
      state = { ...state, ending: wanted }
      persister.close(wanted, true)
      return
    }
    if (state.type !== 'producing') return
    const rest = storable.flush()
    const isFitting = log.length + rest.length <= options.maxLength
    if (rest !== '' && isFitting && !isRefused) {
      log.push(rest)
      persister.grew(rest)
    }
    const ending = wanted.status === 'done' && !isFitting ? tooLong : wanted
    state = { type: 'closing', ending, isOverdue: false }
    settleTimer = environment.setTimeout(overdue, options.settleMs)
    if (ending.status !== 'done') abort(`the stream ended as ${ending.status}`)
    persister.close(ending, isRefused)
    changed()
  }

  function overdue(): void {
    if (state.type !== 'closing') return
    state = { ...state, isOverdue: true }
    changed()
  }

  function fence(): void {
    if (state.type === 'closed' || state.type === 'fenced') return
    report.event({ type: 'fenced', id, epoch })
    settle({ type: 'fenced' })
  }

  function settle(final: Extract<RunState, { readonly type: 'closed' | 'fenced' }>): void {
    if (state.type === 'closed' || state.type === 'fenced') return
    state = final
    environment.clearTimeout(settleTimer)
    persister.dispose()
    if (final.type === 'fenced') abort('the stream is no longer produced here')
    changed()
    subscribers.clear()
    // First, so that the readers who wait read the end from this run, which is forgotten once it has finished.
    options.onDurable()
    onFinished(final.type === 'closed' ? { ...final.ending, offset: final.offset } : { status: 'fenced' })
  }

  function abort(reason: string): void {
    aborter.abort(new DOMException(`@keepstream/server: ${reason}`, 'AbortError'))
  }

  function changed(): void {
    for (const onChange of subscribers) onChange()
  }
}
