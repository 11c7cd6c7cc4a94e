import { type SourceError, StreamError } from './errors'
import { merge, type Piece, type Shown } from './merge'
import type { Connection, End, Snapshot, StreamStatus, TerminalStatus } from './types'

/** What a session is doing, and how that looks from outside. */
export type Phase =
  | { readonly phase: 'idle'; readonly connection: 'idle' }
  | { readonly phase: 'driving'; readonly connection: 'connecting' | 'live' }
  | { readonly phase: 'following'; readonly connection: 'connecting' | 'live' | 'waiting' }
  | { readonly phase: 'waiting'; readonly connection: 'waiting' | 'offline' }
  | { readonly phase: 'failed' | 'finished'; readonly connection: 'closed' }

interface Common extends Shown {
  readonly status: StreamStatus
  readonly error: StreamError | undefined
  readonly isCaughtUp: boolean
  /** The end of the text, known before the text has reached it. Nothing is shown beyond it. */
  readonly end: End | undefined
  /** Whether this stream is to be driven (`wanted`), or was already (`begun`), which is not done twice unasked. */
  readonly drive: 'none' | 'wanted' | 'begun'
  /** Driving again joins the running generation. */
  readonly canRepeat: boolean
  /** The number of the current attempt: an answer to any other one has no effect. */
  readonly attempt: number
  /** Attempts in a row that failed. */
  readonly failures: number
  /** Looks in a row that brought nothing new. The next one is made at once unless this is positive. */
  readonly looks: number
}

/** The whole life of a session as one value. SPEC.md has the table of its transitions. */
export type SessionState = Common & Phase

/** Whatever a source tells: a chunk, a look at the persisted text, or, as a terminal status, the end. */
export interface Reading extends Omit<Piece, 'isDone'> {
  readonly status: StreamStatus
  /** `false`: more is stored than this brings. @default true */
  readonly upToDate?: boolean | undefined
  readonly error?: string | undefined
}

export type SessionEvent =
  | { readonly type: 'attached'; readonly driven?: boolean | undefined; readonly initial?: Snapshot | undefined }
  | { readonly type: 'detached' }
  | { readonly type: 'read'; readonly attempt: number; readonly reading: Reading }
  | { readonly type: 'connection'; readonly attempt: number; readonly connection: 'live' | 'waiting' }
  /** A failure to show, of a subscription that goes on by itself. */
  | { readonly type: 'fault'; readonly attempt: number; readonly error: SourceError }
  | { readonly type: 'closed'; readonly attempt: number }
  | { readonly type: 'failed'; readonly attempt: number; readonly error: SourceError }
  | { readonly type: 'woken'; readonly attempt: number }
  | { readonly type: 'retried' }
  | { readonly type: 'stopped'; readonly end: End }

type Change = Partial<Common>

export function isTerminal(status: StreamStatus): status is TerminalStatus {
  return status !== 'pending' && status !== 'streaming'
}

export function initialState(canRepeat = false, isDriven = false, initial?: Snapshot): SessionState {
  const state: SessionState = {
    text: '',
    epoch: undefined,
    isReconciled: false,
    status: 'pending',
    error: undefined,
    isCaughtUp: false,
    end: undefined,
    drive: isDriven ? 'begun' : 'none',
    canRepeat,
    attempt: 0,
    failures: 0,
    looks: 0,
    phase: 'idle',
    connection: 'idle',
  }
  return initial ? receive(state, toReading(initial)) : state
}

export function toReading(snapshot: Snapshot): Reading {
  return { ...snapshot, offset: snapshot.offset ?? 0, isSnapshot: true }
}

/** The one place where a session changes. Pure; what changes nothing comes back as the same reference. */
export function reduce(state: SessionState, event: SessionEvent): SessionState {
  const { phase, attempt, drive, status, looks, failures } = state
  if (phase === 'finished' || ('attempt' in event && event.attempt !== attempt)) return state
  switch (event.type) {
    case 'attached': {
      const seen = event.initial ? receive(state, toReading(event.initial)) : state
      const isWanted = event.driven && drive === 'none' && seen.status === 'pending'
      const next = isWanted ? patch(seen, { drive: 'wanted' }) : seen
      return next.phase === 'idle' || (isWanted && phase === 'following') ? start(next) : next
    }
    case 'detached':
      return phase === 'idle' ? state : enter(state, 'idle', 'idle', { isCaughtUp: false })
    case 'read': {
      const next = receive(state, event.reading)
      // `pending` proves that nobody produces only where driving is idempotent; elsewhere a person has to ask again.
      if (event.reading.status !== 'pending' || next.phase !== 'following' || drive !== 'begun' || !next.canRepeat)
        return next
      return next.failures ? enter(next, 'waiting', 'waiting', { drive: 'wanted' }) : start(next, { drive: 'wanted' })
    }
    case 'connection':
      return patch(state, { connection: event.connection })
    case 'fault':
      return patch(state, { error: event.error })
    case 'closed':
      if (phase === 'driving') return follow(state, { failures: failures + 1, looks: 0 })
      return patch(state, { attempt: attempt + 1, looks: looks + 1 })
    case 'failed':
      return fail(state, event.error)
    case 'woken':
      return start(state)
    case 'retried': {
      const isStuck = status === 'pending' && drive === 'begun'
      const canRetry = phase === 'waiting' || phase === 'failed' || (phase === 'following' && (isStuck || state.error))
      return canRetry ? start(state, { failures: 0, looks: 0, drive: isStuck ? 'wanted' : drive }) : state
    }
    case 'stopped':
      return settle(patch(state, { end: state.end ?? event.end }))
  }
}

/** What everything that is read goes through, whichever source it came from. */
function receive(state: SessionState, reading: Reading): SessionState {
  const { text, status, error, upToDate = true } = reading
  const { phase } = state
  const last = state.end?.end ?? Infinity
  const offset = Math.min(reading.offset, last)
  const { outcome, shown } = merge(state, { ...reading, offset, text: text.slice(0, last - offset) })
  if (outcome === 'stale') return state

  const isStreaming = text || status !== 'pending'
  const isMoved = shown !== state || (state.status === 'pending' && isStreaming)
  const next = patch(state, {
    text: shown.text,
    epoch: shown.epoch,
    isReconciled: shown.isReconciled,
    status: isStreaming ? 'streaming' : state.status,
    end: state.end ?? (isTerminal(status) && upToDate ? { end: offset + text.length, status, error } : undefined),
    isCaughtUp: state.isCaughtUp || upToDate,
    looks: !isMoved ? state.looks : upToDate ? 0 : -1,
    // To learn that what was asked for has not begun is no progress.
    ...((isMoved || isStreaming || state.drive === 'none') && { error: undefined, failures: 0 }),
    ...(isReading(state) && { connection: 'live' }),
  })
  const settled = settle(next)
  // What is missing never comes from a source that has passed it: go on as a follower from what is shown.
  if (outcome !== 'gap' || !isReading(settled)) return settled
  return follow(settled, { looks: phase === 'driving' ? 0 : settled.looks + 1 })
}

/** Finishes once the text has reached its end; a `done` text longer than that is cut to it. */
function settle(state: SessionState): SessionState {
  const { end: known } = state
  if (!known || state.text.length < known.end) return state
  const { status, end } = known
  const { shown } = merge(state, { offset: end, text: '', isDone: status === 'done' })
  return enter(state, 'finished', 'closed', {
    ...shown,
    status,
    error:
      status === 'error' ? new StreamError('generation', `generation failed: ${known.error ?? status}`) : undefined,
    isCaughtUp: true,
  })
}

function fail(state: SessionState, error: SourceError): SessionState {
  const { phase, drive, failures, text, looks } = state
  const { code, offset, epoch = state.epoch } = error
  if (code === 'unauthorized' || code === 'forbidden' || code === 'not-found')
    return enter(state, 'failed', 'closed', { error })
  if (code === 'refused' && phase === 'driving') return follow(state, { looks: 0 })
  if (code === 'diverged') {
    const isCut = offset !== undefined && offset < text.length
    const change = { text: text.slice(0, offset), epoch, isReconciled: state.isReconciled || isCut }
    return follow(state, { ...change, looks: isCut ? 0 : looks + 1 })
  }
  const isUnsent = phase === 'driving' && error.isUnsent
  return enter(state, 'waiting', 'waiting', { error, failures: failures + 1, drive: isUnsent ? 'wanted' : drive })
}

function isReading({ phase }: SessionState) {
  return phase === 'driving' || phase === 'following'
}

function start(state: SessionState, change?: Change): SessionState {
  const next = { ...state, ...change }
  return next.drive === 'wanted' ? enter(next, 'driving', 'connecting', { drive: 'begun' }) : follow(next)
}

function follow(state: SessionState, change?: Change): SessionState {
  return enter(state, 'following', 'connecting', change)
}

/** Every phase that is entered is a new attempt, so that nothing of the one before can still speak. */
function enter(state: SessionState, phase: Phase['phase'], connection: Connection, change?: Change): SessionState {
  return { ...state, ...change, phase, connection, attempt: state.attempt + 1 } as SessionState
}

function patch(state: SessionState, change: Change & { connection?: Connection }): SessionState {
  const next = { ...state, ...change } as SessionState
  for (const key in change) if (next[key as keyof Common] !== state[key as keyof Common]) return next
  return state
}
