import { type BackOff, backOff } from './back-off'
import type { Environment } from './environment'
import { isStreamError, SourceError } from './errors'
import { type Reading, reduce, type SessionEvent, type SessionState, toReading } from './state'
import type { Snapshot, SourceRequest, StreamSources } from './types'

export interface SessionOptions {
  readonly sources: StreamSources
  readonly environment: Environment
  /** Between looks that bring nothing new. */
  readonly poll: BackOff
  /** Between attempts that fail. */
  readonly retry: BackOff
}

export interface Session {
  readonly state: SessionState
  dispatch(event: SessionEvent): void
}

/** Carries out what a state asks for: one attempt at a time, each with its own signal. */
export function createSession(
  id: string,
  state: SessionState,
  { sources, environment, poll, retry }: SessionOptions,
  onChange: (state: SessionState, before: SessionState) => void,
): Session {
  const { live, snapshot: source } = sources
  let running = new AbortController()

  function dispatch(event: SessionEvent) {
    const before = state
    state = reduce(before, event)
    if (state === before) return
    const isNew = state.attempt !== before.attempt
    if (isNew) running.abort()
    onChange(state, before)
    // Whoever heard of the change may have caused the next attempt already.
    if (isNew && running.signal.aborted) {
      running = new AbortController()
      perform(running.signal)
    }
  }

  function perform(signal: AbortSignal) {
    const { attempt, phase, looks, failures, error } = state
    const onAbort = (undo: () => void) => (signal.aborted ? undo() : signal.addEventListener('abort', undo))
    const after = (ms: number, run: () => void) => onAbort(environment.setTimer(run, ms))

    if (phase === 'waiting') {
      const wake = () => dispatch({ type: 'woken', attempt })
      onAbort(environment.onWake(wake))
      const { retryAfterMs = 0 } = (error ?? {}) as Partial<SourceError>
      after(Math.max(backOff(failures, retry, environment.random), Math.min(retryAfterMs, retry.maxMs)), wake)
    }
    if (phase !== 'driving' && phase !== 'following') return

    const read = (reading: Reading) => dispatch({ type: 'read', attempt, reading })
    const closed = () => dispatch({ type: 'closed', attempt })
    const connection = (connection: 'live' | 'waiting') => dispatch({ type: 'connection', attempt, connection })
    let cancelWatch = () => {}
    onAbort(() => cancelWatch())
    const watched = (stallMs?: number) => () => {
      connection('live')
      cancelWatch()
      if (stallMs && !signal.aborted) cancelWatch = environment.setTimer(closed, stallMs)
    }

    const open = async (request: SourceRequest) => {
      if (phase === 'driving') {
        return live?.open(request, {
          chunk: (chunk) => read({ ...chunk, status: 'streaming' }),
          end: ({ end, ...rest }) => read({ offset: end, text: '', ...rest }),
          alive: watched(live.stallMs),
        })
      }
      const next = (snapshot: Snapshot) => read(toReading(snapshot))
      if (typeof source === 'function') return next(await source(request))
      if ('open' in source) return source.open(request, { next, alive: watched(source.stallMs) })
      onAbort(
        source.subscribe(request, {
          next,
          connection,
          fail: (cause) => dispatch({ type: 'fault', attempt, error: toSourceError(cause) }),
        }),
      )
      await new Promise(() => {})
    }
    const begin = () => {
      open({ id, offset: state.text.length, epoch: state.epoch, signal }).then(closed, (cause) =>
        dispatch({ type: 'failed', attempt, error: toSourceError(cause) }),
      )
    }
    if (looks > 0 && phase === 'following') after(backOff(looks, poll, environment.random), begin)
    else begin()
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}

function toSourceError(cause: unknown): SourceError {
  return isStreamError(cause) ? (cause as SourceError) : new SourceError('network', 'the source failed', { cause })
}
