import { StreamsError } from '../errors'
import { cutBeforeSplitPair } from '../store/surrogates'
import type { Ending } from './persister'
import { createPersister, type PersisterOptions } from './persister'
import { createStorableText } from './storable-text'
import { streamErrors } from './stream-errors'
import { createTextLog, type TextLog } from './text-log'

/** See SPEC.md: it only moves down this list. */
export type RunState =
  | { readonly type: 'producing' }
  /** The text is complete, its end is not stored yet. `isOverdue`: for longer than `settleMs`. */
  | { readonly type: 'closing'; readonly ending: Ending; readonly isOverdue: boolean }
  /** Durable. `offset` is the length of the stored text. */
  | { readonly type: 'closed'; readonly ending: Ending; readonly offset: number }
  /** The stream is not this run's any more; what the store says counts. */
  | { readonly type: 'fenced' }

/** One production of a stream, in this process, under one claim. */
export interface Run {
  readonly id: string
  readonly epoch: number
  readonly base: number
  readonly log: TextLog
  readonly state: RunState
  /** Aborts on stop, fencing and shutdown, never because a reader left. */
  readonly signal: AbortSignal
  /** Resolves once the run is closed, fenced or given up; never rejects. */
  readonly finished: Promise<void>
  /** When the store last took something of this run. */
  readonly storedAt: number
  /**
   * Any string; made storable here. Ignored once the run has ended. Resolves at once, or after the event loop turned. What
   * is no string ends the run as `error`, is reported, and rejects without harm to those who do not await it.
   */
  append(text: string): Promise<void>
  /** Sets how the text ends. The first one counts. */
  end(ending: Ending): void
  stop(): void
  /** Something about the stream may have changed elsewhere: asks the store whether it is still this run's. */
  checkClaim(): void
  /** The stream was deleted. */
  fence(): void
  /** Gives up storing: the process ends. */
  abandon(): void
  /** Calls back on every change; returns the undo. */
  subscribe(onChange: () => void): () => void
}

export interface RunOptions extends Omit<PersisterOptions, 'log' | 'listener'> {
  readonly base: number
  /** What was durable before this run, in slices. */
  readonly prefix: readonly string[]
  readonly maxLength: number
  readonly settleMs: number
  readonly yieldToEventLoop: () => Promise<void>
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
  let onFinished: () => void = () => undefined
  const finished = new Promise<void>((resolve) => {
    onFinished = resolve
  })

  const persister = createPersister({
    ...options,
    log,
    listener: {
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
    append(text) {
      if (typeof text !== 'string') return refuse()
      if (state.type === 'producing') take(storable.push(text))
      return options.yieldToEventLoop()
    },
    end: (ending) => end(ending),
    stop,
    checkClaim: persister.beatNow,
    fence,
    abandon: () => settle({ type: 'fenced' }),
    subscribe(onChange) {
      subscribers.add(onChange)
      return () => subscribers.delete(onChange)
    },
  }

  /** Ends the run here, since a producer that does not await `append` never learns of it and would go on to `done`. */
  function refuse(): Promise<never> {
    const error = new StreamsError(
      'invalid-text',
      'a producer may only append strings; append the text of a part, not the part',
    )
    if (state.type === 'producing') report.error(error, { id, source: 'producer' })
    end({ status: 'error', error: streamErrors.producer })
    const refused = Promise.reject(error)
    // Reported above; a promise that nobody awaits must not end the process.
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

  function settle(final: RunState): void {
    if (state.type === 'closed' || state.type === 'fenced') return
    state = final
    environment.clearTimeout(settleTimer)
    persister.dispose()
    if (final.type === 'fenced') abort('the stream is not produced here any more')
    changed()
    subscribers.clear()
    onFinished()
  }

  function abort(reason: string): void {
    aborter.abort(new DOMException(`@keepstream/server: ${reason}`, 'AbortError'))
  }

  function changed(): void {
    for (const onChange of subscribers) onChange()
  }
}
