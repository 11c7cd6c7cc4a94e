import { backoffMs } from '../backoff'
import { isFinal, type SourceError, StreamError } from '../errors'
import { type Connection, type End, isTerminal, type Retrying, type TerminalStatus } from '../types'
import { merge, type Shown } from './merge'
import { append, isNextPart, isPolled } from './next-part'
import type {
  ChunkOutcome,
  Kept,
  Phase,
  Policy,
  Reduction,
  SessionEvent,
  SessionFacts,
  SessionState,
  Update,
} from './session-state'

type Change = Partial<SessionFacts>

/** A channel that brought nothing at all is opened again after this time, in milliseconds. Short reads bring the text meanwhile. */
const REOPEN_MS = 30_000

/** A channel is resumed without a wait at most once in this time, in milliseconds. */
const RESUME_MS = 1000

/** For a state that is only shown. */
const atRest: Policy = {
  canRepeat: false,
  follows: 'polls',
  canPoll: true,
  poll: { minMs: 1, maxMs: 1 },
  retry: { minMs: 1, maxMs: 1 },
  now: () => 0,
  isHidden: () => false,
}

/** The state before the first reader. `isDriven`: this client has driven the stream before. */
export function initialState(initial?: Kept, policy = atRest, isDriven?: boolean): SessionState {
  const state: SessionState = {
    policy,
    text: '',
    origin: undefined,
    verified: 0,
    cuts: 0,
    status: 'pending',
    error: undefined,
    retrying: undefined,
    isCaughtUp: false,
    isStalled: false,
    isStopping: false,
    finishReason: undefined,
    end: undefined,
    drive: isDriven ? 'begun' : 'none',
    attempt: 0,
    failures: 0,
    untilMs: undefined,
    retryAfterMs: undefined,
    progressAttempt: 0,
    resumedAtMs: -Infinity,
    idlePolls: 0,
    isBehind: false,
    isHandedOver: false,
    channel: 'trusted',
    phase: 'idle',
    connection: 'idle',
  }
  return initial ? hydrate(state, initial) : state
}

/** The one place where a session changes. It is pure, except that waits depend on the clock and on chance. */
export function reduce(state: SessionState, event: SessionEvent): Reduction {
  const { phase, attempt, drive, policy } = state
  // What was driven before is not driven again (P6).
  if (event.type === 'cleared') {
    const next = initialState(undefined, policy, drive !== 'none')
    return { state: { ...next, attempt: phase === 'idle' ? attempt : attempt + 1 } }
  }
  if (phase === 'finished' || ('attempt' in event && event.attempt !== attempt)) return { state }
  if (event.type !== 'read') return { state: respond(state, event) }
  const { reading } = event
  if (!event.isShort && isNextPart(state, reading)) return append(state, reading)
  const { state: next, chunk } = receive(state, reading, event.isShort)
  // If no process produces the text, it is driven again only where that is idempotent. Elsewhere the user has to ask.
  if (!isIdle(reading) || drive !== 'begun' || next.phase !== 'following' || !policy.canRepeat)
    return { state: next, chunk }
  const wanted = { ...next, drive: 'wanted' as const }
  return { state: next.failures ? wait(wanted) : start(wanted), chunk }
}

function respond(state: SessionState, event: Exclude<SessionEvent, { type: 'read' | 'cleared' }>): SessionState {
  const { phase, attempt, drive, failures, policy } = state
  switch (event.type) {
    case 'attached': {
      const isWanted = event.driven && drive === 'none' && (state.status === 'pending' || policy.canRepeat)
      const next: SessionState = isWanted ? { ...state, drive: 'wanted' } : state
      return next.phase === 'idle' || (isWanted && phase === 'following') ? start({ ...next, idlePolls: 0 }) : next
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
    case 'connectionChanged': {
      const { update } = event
      if ('error' in update) return patch(state, { retrying: retryingFor(state, update.error) })
      const isHeld = update.connection === 'polling' && state.channel !== 'silent'
      return patch(state, isHeld ? { ...update, channel: 'held' } : update)
    }
    case 'queued':
      return patch(state, { connection: state.connection === 'live' ? 'polling' : state.connection })
    case 'suspected':
      return patch(state, { channel: event.isSilent ? 'silent' : 'suspect' })
    case 'received':
      return patch(state, received(state))
    case 'proven':
      return patch(state, { channel: 'trusted', connection: state.untilMs === undefined ? 'live' : 'polling' })
    case 'closed': {
      const channel = event.isStall && isChannel(state) && state.channel === 'trusted' ? 'suspect' : state.channel
      if (phase === 'driving') return follow(state, { channel, ...cutDrive(state) })
      const isHandedOver = !!event.isHandedOver
      const next = {
        ...state,
        channel,
        isHandedOver,
        ...(!isHandedOver && (resume(state) ?? idlePoll(state))),
        failures: event.isProven ? 0 : failures,
      }
      const untilMs = isHandedOver ? undefined : pauseEnd(next)
      // Without a pause, the next connection takes over from this one.
      return patch(state, {
        ...next,
        attempt: attempt + 1,
        untilMs,
        connection: untilMs && state.connection === 'live' ? 'polling' : state.connection,
      })
    }
    case 'failed':
      return fail(event.isProven ? { ...state, failures: 0 } : state, event.error)
    case 'wakeUp':
      return phase === 'waiting' ? start({ ...state, idlePolls: 0 }) : patch(state, { untilMs: undefined })
    case 'page': {
      if (event.page === 'offline') return phase === 'waiting' ? patch(state, { connection: 'offline' }) : state
      // An open connection is only probed. A wait that the server requested is kept, also when the page becomes visible.
      const isOpen = state.untilMs === undefined
      if (event.page !== 'resumed' && (isOpen || (event.page === 'visible' && state.retryAfterMs))) return state
      return start({ ...state, ...received(state), idlePolls: 0 })
    }
    case 'retried': {
      const isStuck = state.status === 'pending' && drive === 'begun'
      if (phase === 'idle' || phase === 'driving' || (phase === 'following' && !isStuck && !state.retrying))
        return state
      return start({ ...state, failures: 0, idlePolls: 0, drive: isStuck ? 'wanted' : drive })
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
  return receive(state, { ...initial, offset: 0, isSnapshot: true, isKept }).state
}

/** Takes an update of any source. */
export function receive(state: SessionState, reading: Update, isShort?: boolean): Reduction {
  const { offset, text, status, error, finishReason, upToDate = true, stalled = false } = reading
  const { policy, drive } = state
  const clipped = clip(reading, state)
  const { outcome, shown, delta } = merge(state, clipped)
  const source = reading.isSnapshot ? 'snapshot' : 'live'
  const chunk: ChunkOutcome = { outcome, delta, source, offset: clipped.offset, length: clipped.text.length }
  if (outcome === 'stale') return { state, chunk }

  const isStreaming = text || status !== 'pending'
  const isMoved = shown !== state || (isStreaming && state.status === 'pending')
  const { origin, verified, cuts } = shown
  const end = isTerminal(status) && upToDate ? { end: offset + text.length, status, error, finishReason } : state.end
  const isProgress =
    (isMoved || (end && !state.end)) && (!isIdle(reading) || drive === 'none' || (isStreaming && !policy.canRepeat))
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
      isBehind: upToDate ? false : (isMoved && verified > state.verified) || (!isMoved && state.isBehind),
      idlePolls: isMoved ? 0 : state.idlePolls,
      // A text that has not begun, or that no process continues, is no progress.
      ...((isStreaming || drive === 'none') && { retrying: undefined }),
      // A connection that brings nothing new and then fails is opened less and less often.
      ...(isProgress && { failures: 0, progressAttempt: state.attempt }),
      ...(isReading(state) && { connection: isShort || isPolled(state) ? 'polling' : 'live' }),
    }),
  )
  // A source never brings what it has passed, so a follower reads on from the verified text.
  const isGap = outcome === 'gap'
  const gap = () => follow(next, next.phase === 'driving' ? cutDrive(next) : idlePoll(next))
  return { state: isGap ? gap() : next, chunk }
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
  const { phase, drive, failures } = state
  const { code, offset, epoch } = error
  if (isFinal(code)) return enter(state, 'failed', 'failed', { error })
  if (code === 'refused' && phase === 'driving') return follow(state, cutDrive(state))
  if (code === 'diverged') {
    // `checkFailure` has checked that both are numbers.
    const [base, origin] = [Number(offset), epoch === undefined ? undefined : { epoch, base: Number(offset) }]
    const { shown } = merge(state, { offset: base, text: '', origin })
    const text = shown.text.slice(0, base)
    const cuts = state.cuts + Number(text.length < state.text.length)
    const verified = Math.min(shown.verified, text.length)
    return follow(state, { ...idlePoll(state), text, origin, verified, cuts })
  }
  const isUnsent = phase === 'driving' && error.isUnsent
  const resumed = !isUnsent && !error.retryAfterMs && resume(state)
  const next = { ...state, error, failures: failures + 1, drive: isUnsent ? 'wanted' : drive } as SessionState
  return resumed ? follow(next, resumed) : wait(next, error.retryAfterMs)
}

function isReading({ phase }: SessionState): boolean {
  return phase === 'driving' || phase === 'following'
}

/** A drive or a tail, beside which the text can be read in short requests. */
export function isChannel({ phase, policy }: SessionState): boolean {
  return policy.canPoll && (phase === 'driving' || policy.follows === 'tail')
}

/** A channel that was silent is so no more. It has to prove itself still. */
function received({ channel }: SessionState): Change {
  return { channel: channel === 'silent' ? 'held' : channel }
}

/** A drive ended without success. What it left is read at once, and the wait before the next drive is longer. */
function cutDrive({ failures }: SessionState): Change {
  return { failures: failures + 1, idlePolls: 0 }
}

/**
 * After progress a channel is resumed without a wait, but not again and again, and not in a hidden page: that may be on its way
 * out, and would send one request more.
 */
function resume({ phase, policy, attempt, progressAttempt, resumedAtMs }: SessionState): Change | undefined {
  const nowMs = policy.now()
  const isChannel = phase === 'driving' || policy.follows === 'tail'
  // If the clock is set back, this must not stay in the future.
  const isDue = Math.abs(nowMs - resumedAtMs) >= RESUME_MS
  return isChannel && progressAttempt === attempt && isDue && !policy.isHidden()
    ? { resumedAtMs: nowMs, isBehind: false }
    : undefined
}

/** Another poll or connection has brought nothing new, unless the source had more text. */
function idlePoll({ idlePolls, isBehind }: SessionState): Change {
  return { idlePolls: isBehind ? idlePolls : idlePolls + 1, isBehind: false }
}

/** When the pause before the next poll or connection is over; `undefined` without a pause. */
function pauseEnd({ policy, channel, idlePolls }: SessionState): number | undefined {
  const isLate = channel === 'silent' && policy.canPoll && policy.follows === 'tail'
  const ms = isLate ? REOPEN_MS : idlePolls && backoffMs(idlePolls, policy.poll)
  return ms ? policy.now() + ms : undefined
}

/** A failure that a subscription heals by itself. */
function retryingFor({ failures, retrying }: SessionState, error: StreamError): Retrying {
  return { error, failures: Math.max(failures, (retrying?.failures ?? 0) + 1), nextAtMs: undefined }
}

function start(state: SessionState): SessionState {
  return state.drive === 'wanted' ? enter(state, 'driving', 'connecting', { drive: 'begun' }) : follow(state)
}

function follow(state: SessionState, change?: Change): SessionState {
  const next = enter(state, 'following', 'connecting', change)
  return { ...next, untilMs: pauseEnd(next) }
}

/** Waits longer after each failure, and as long as the server requests. */
function wait(state: SessionState, retryAfterMs?: number): SessionState {
  const { failures, policy } = state
  // Spread, because the server may ask many readers at once.
  const askedMs = (retryAfterMs ?? 0) * (1 + Math.random() / 2)
  const ms = Math.max(backoffMs(failures, policy.retry), Math.min(askedMs, policy.retry.maxMs))
  return enter(state, 'waiting', 'waiting', { untilMs: policy.now() + ms, retryAfterMs })
}

/** Each phase that is entered is a new attempt, so that results of the one before have no effect. */
function enter(state: SessionState, phase: Phase['phase'], connection: Connection, change?: Change): SessionState {
  const cause = state.error ?? state.retrying?.error
  const next = {
    ...state,
    untilMs: undefined,
    retryAfterMs: undefined,
    error: undefined,
    retrying: undefined,
    isHandedOver: false,
    ...change,
    phase,
    connection,
    attempt: state.attempt + 1,
  } as SessionState
  const isHealing = cause && (isReading(next) || phase === 'waiting')
  const retrying = isHealing ? { error: cause, failures: next.failures, nextAtMs: next.untilMs } : undefined
  // Without an epoch nothing proves that what a drive brought was stored, so a follower reads it again.
  const isUnproven = state.phase === 'driving' && !next.origin && phase !== 'finished'
  return { ...next, retrying, verified: isUnproven ? 0 : next.verified }
}

function patch(state: SessionState, change: Change & { connection?: Connection }): SessionState {
  for (const key in change) {
    if (change[key as keyof Change] !== state[key as keyof Change]) return { ...state, ...change } as SessionState
  }
  return state
}
