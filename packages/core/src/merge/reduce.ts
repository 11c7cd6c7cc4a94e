import { isFinal, type SourceError, StreamError } from '../errors'
import { type Connection, type End, isTerminal, type TerminalStatus } from '../types'
import { merge, type Shown } from './merge'
import type { ChunkOutcome, Kept, Phase, SessionEvent, SessionFacts, SessionState, Update } from './session-state'

type Change = Partial<SessionFacts>

/** The state before the first reader. `isDriven`: this client has driven the stream before. */
export function initialState(canRepeat?: boolean, isDriven?: boolean, initial?: Kept): SessionState {
  const state: SessionState = {
    text: '',
    origin: undefined,
    verified: 0,
    cuts: 0,
    status: 'pending',
    error: undefined,
    isCaughtUp: false,
    isStalled: false,
    isStopping: false,
    finishReason: undefined,
    end: undefined,
    drive: isDriven ? 'begun' : 'none',
    canRepeat: !!canRepeat,
    attempt: 0,
    failures: 0,
    idlePolls: 0,
    phase: 'idle',
    connection: 'idle',
  }
  return initial ? hydrate(state, initial) : state
}

/**
 * The one place where a session changes. It is pure. If an event changes nothing, the same reference comes back. `onChunk` is
 * called with the outcome of the chunk that a `read` brought.
 */
export function reduce(
  state: SessionState,
  event: SessionEvent,
  onChunk?: (outcome: ChunkOutcome) => void,
): SessionState {
  const { phase, attempt, drive, idlePolls, failures } = state
  // What was driven before is not driven again (P6).
  if (event.type === 'cleared')
    return { ...initialState(state.canRepeat, drive !== 'none'), attempt: phase === 'idle' ? attempt : attempt + 1 }
  if (phase === 'finished' || ('attempt' in event && event.attempt !== attempt)) return state
  switch (event.type) {
    case 'attached': {
      const isWanted = event.driven && drive === 'none' && (state.status === 'pending' || state.canRepeat)
      const next: SessionState = isWanted ? { ...state, drive: 'wanted' } : state
      return next.phase === 'idle' || (isWanted && phase === 'following') ? start(next) : next
    }
    case 'hydrated': {
      const { status, origin } = event.initial
      if (!attempt || isTerminal(status)) return hydrate(state, event.initial)
      const { text } = clip({ ...event.initial, offset: 0 }, state)
      // It is older than what was read since, unless it continues the shown text.
      if (text === state.text || !text.startsWith(state.text)) return state
      if (!origin) return patch(state, { text, status: 'streaming' })
      if (origin.epoch !== (state.origin ?? origin).epoch) return state
      return finishIfComplete(patch(state, { text, origin, verified: text.length, status: 'streaming' }))
    }
    case 'detached':
      return phase === 'idle' ? state : enter(state, 'idle', 'idle', { isCaughtUp: false, isStalled: false })
    case 'read': {
      const next = receive(state, event.reading, onChunk)
      // If no process produces the text, it is driven again only where that is idempotent. Elsewhere the user has to ask.
      if (!isIdle(event.reading) || drive !== 'begun' || next.phase !== 'following' || !state.canRepeat) return next
      return next.failures
        ? enter(next, 'waiting', 'waiting', { drive: 'wanted' })
        : start({ ...next, drive: 'wanted' })
    }
    case 'connectionChanged':
      return patch(state, event.update)
    case 'closed':
      if (phase === 'driving') return follow(state, { failures: failures + 1, idlePolls: 0 })
      return patch(state, {
        attempt: attempt + 1,
        idlePolls: idlePolls + 1,
        failures: event.isProven ? 0 : failures,
      })
    case 'failed':
      return fail(event.isProven ? { ...state, failures: 0 } : state, event.error)
    case 'wakeUp':
      return start({ ...state, idlePolls: 0, retryAfterMs: undefined })
    case 'retried': {
      const isStuck = state.status === 'pending' && drive === 'begun'
      if (phase === 'idle' || phase === 'driving' || (phase === 'following' && !isStuck && !state.error)) return state
      return start({ ...state, failures: 0, idlePolls: 0, retryAfterMs: undefined, drive: isStuck ? 'wanted' : drive })
    }
    case 'stopping':
      return patch(state, { isStopping: event.isStopping })
    case 'stopped': {
      const next = finishIfComplete(patch(state, { end: state.end ?? event.end }))
      // Text of another epoch may never have been stored, so the stream ends only after the next read.
      return next.end === event.end && !isOwnEnd(event.end, next) && isReading(next)
        ? follow(next, { idlePolls: 0 })
        : next
    }
  }
}

/** Text with an epoch, and text that has ended, is used as it is. Other text is compared with the store first. */
function hydrate(state: SessionState, initial: Kept): SessionState {
  const isKept = !initial.origin && !isTerminal(initial.status)
  return receive(state, { ...initial, offset: 0, isSnapshot: true, isKept })
}

/** Takes an update of any source. */
function receive(state: SessionState, reading: Update, onChunk?: (outcome: ChunkOutcome) => void): SessionState {
  const { offset, text, status, error, finishReason, upToDate = true, stalled = false } = reading
  const chunk = clip(reading, state)
  const { outcome, shown, delta } = merge(state, chunk)
  onChunk?.({
    outcome,
    delta,
    source: reading.isSnapshot ? 'snapshot' : 'live',
    offset: chunk.offset,
    length: chunk.text.length,
  })
  if (outcome === 'stale') return state

  const isStreaming = text || status !== 'pending'
  const isMoved = shown !== state || (isStreaming && state.status === 'pending')
  const { origin, verified, cuts } = shown
  const end = isTerminal(status) && upToDate ? { end: offset + text.length, status, error, finishReason } : state.end
  const next = finishIfComplete(
    patch(state, {
      text: shown.text,
      origin,
      verified,
      cuts,
      status: isStreaming ? 'streaming' : state.status,
      end,
      isCaughtUp: state.isCaughtUp || upToDate,
      isStalled: stalled,
      // -1: the source has more text, and is polled again at once until it reports that it was read to its end.
      idlePolls:
        isMoved && !upToDate && verified > state.verified
          ? -1
          : isMoved || (upToDate && state.idlePolls < 0)
            ? 0
            : state.idlePolls,
      // A text that has not begun, or that no process continues, is no progress.
      ...((isStreaming || state.drive === 'none') && { error: undefined }),
      // A connection that brings nothing new and then fails is opened less and less often.
      ...((isMoved || (end && !state.end)) &&
        (!isIdle(reading) || state.drive === 'none' || (isStreaming && !state.canRepeat)) && { failures: 0 }),
      ...(isReading(state) && { connection: state.connection === 'polling' ? 'polling' : 'live' }),
    }),
  )
  // A source never brings what it has passed, so a follower reads on from the verified text.
  return outcome === 'gap' ? follow(next, { idlePolls: next.phase === 'driving' ? 0 : next.idlePolls + 1 }) : next
}

/** No process produces this stream at the moment, as far as its store knows. */
function isIdle({ status, text, stalled }: Update): boolean {
  return (status === 'pending' && !text) || !!stalled
}

/** The part of an update before the known end. */
function clip<Reading extends Pick<Update, 'offset' | 'text'>>(reading: Reading, { end }: Pick<SessionFacts, 'end'>) {
  const { offset, text } = reading
  const last = end?.end ?? Infinity
  const start = Math.min(offset, last)
  return { ...reading, offset: start, text: text.slice(0, last - start) }
}

/** Finishes once the text has reached its end. A `done` text that is longer is cut. */
function finishIfComplete(state: SessionState): SessionState {
  if (!state.end || state.verified < state.end.end || !isOwnEnd(state.end, state)) return state
  const { end, status, error, finishReason } = state.end
  const { text, verified, cuts } = merge(state, { offset: end, text: '', isDone: status === 'done' }).shown
  return enter(state, 'finished', 'closed', {
    text,
    verified,
    cuts,
    status,
    error: endError(status, error),
    isCaughtUp: true,
    isStalled: false,
    isStopping: false,
    finishReason,
  })
}

/** The error of an end that is no success; `undefined` for `done` and `stopped`. */
function endError(status: TerminalStatus, word: string | undefined): StreamError | undefined {
  const kept = 'the text up to here is kept'
  if (status === 'timeout') return new StreamError(status, `no process writes the text any more; ${kept}`)
  if (status !== 'error') return
  const error = new StreamError('generation', `the generation failed${word ? ` (${word})` : ''}; ${kept}`)
  return Object.assign(error, { serverCode: word })
}

/** Whether the known end belongs to the shown text, as far as both have an epoch. */
function isOwnEnd({ epoch }: End, { origin }: Shown): boolean {
  return !origin || (epoch ?? origin.epoch) === origin.epoch
}

function fail(state: SessionState, error: SourceError): SessionState {
  const { phase, drive, failures, idlePolls } = state
  const { code, offset, epoch } = error
  if (isFinal(code)) return enter(state, 'failed', 'closed', { error })
  if (code === 'refused' && phase === 'driving') return follow(state, { idlePolls: 0, failures: failures + 1 })
  if (code === 'diverged') {
    // `checkFailure` has checked that both are numbers.
    const [base, origin] = [Number(offset), epoch === undefined ? undefined : { epoch, base: Number(offset) }]
    const { shown } = merge(state, { offset: base, text: '', origin })
    const text = shown.text.slice(0, base)
    const cuts = state.cuts + Number(text.length < state.text.length)
    const verified = Math.min(shown.verified, text.length)
    return follow(state, { text, origin, verified, cuts, idlePolls: idlePolls + 1 })
  }
  const isUnsent = phase === 'driving' && error.isUnsent
  return enter(state, 'waiting', 'waiting', {
    error,
    failures: failures + 1,
    retryAfterMs: error.retryAfterMs,
    drive: isUnsent ? 'wanted' : drive,
  })
}

function isReading({ phase }: SessionState): boolean {
  return phase === 'driving' || phase === 'following'
}

function start(state: SessionState): SessionState {
  return state.drive === 'wanted' ? enter(state, 'driving', 'connecting', { drive: 'begun' }) : follow(state)
}

function follow(state: SessionState, change?: Change): SessionState {
  return enter(state, 'following', 'connecting', change)
}

/** Each phase that is entered is a new attempt, so that results of the one before have no effect. */
function enter(state: SessionState, phase: Phase['phase'], connection: Connection, change?: Change): SessionState {
  const next = { ...state, ...change, phase, connection, attempt: state.attempt + 1 } as SessionState
  // Without an epoch nothing proves that what a drive brought was stored, so a follower reads it again.
  if (state.phase === 'driving' && !next.origin && phase !== 'finished') return { ...next, verified: 0 }
  return next
}

function patch(state: SessionState, change: Change & { connection?: Connection }): SessionState {
  for (const key in change) {
    if (change[key as keyof Change] !== state[key as keyof Change]) return { ...state, ...change } as SessionState
  }
  return state
}
