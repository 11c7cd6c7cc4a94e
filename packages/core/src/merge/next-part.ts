import type { Phase, Reduction, SessionFacts, SessionState, Update } from './session-state'

/** Nothing changes but that the text goes on. Most chunks are like this, so they must cost little. */
export function isNextPart(
  state: SessionState,
  { text, offset, status, origin, upToDate = true, stalled = false }: Update,
) {
  return (
    state.connection === 'live' &&
    state.status === 'streaming' &&
    status === 'streaming' &&
    offset === state.verified &&
    offset === state.text.length &&
    text !== '' &&
    upToDate &&
    state.isCaughtUp &&
    !state.isBehind &&
    !stalled &&
    !state.isStalled &&
    !state.end &&
    !state.retrying &&
    !state.failures &&
    !state.idlePolls &&
    state.progressAttempt === state.attempt &&
    state.origin?.epoch === origin?.epoch &&
    !isPolled(state)
  )
}

/**
 * Gives what `receive` gives, for the next part. A property test compares them. The fields are written out, because a spread
 * costs thirty times as much (tried).
 */
export function append(state: SessionState, { text, offset, isSnapshot }: Update): Reduction {
  const source = isSnapshot ? 'snapshot' : 'live'
  const next: Required<SessionFacts> & Phase = {
    phase: state.phase as 'following',
    connection: 'live',
    text: state.text + text,
    verified: offset + text.length,
    origin: state.origin,
    cuts: state.cuts,
    policy: state.policy,
    status: 'streaming',
    error: undefined,
    retrying: undefined,
    isCaughtUp: true,
    isStalled: false,
    isStopping: state.isStopping,
    finishReason: state.finishReason,
    end: undefined,
    drive: state.drive,
    attempt: state.attempt,
    failures: 0,
    untilMs: state.untilMs,
    retryAfterMs: state.retryAfterMs,
    progressAttempt: state.attempt,
    resumedAtMs: state.resumedAtMs,
    idlePolls: 0,
    isBehind: false,
    isHandedOver: state.isHandedOver,
    channel: state.channel,
  }
  return {
    state: next,
    chunk: { outcome: 'appended', delta: text, source, offset, length: text.length },
    isTextOnly: true,
  }
}

/** The text is read in short requests, and not as it is written. */
export function isPolled({ phase, connection, channel, untilMs, policy }: SessionState): boolean {
  if (phase === 'following' && (policy.follows === 'polls' || untilMs !== undefined)) return true
  // What is held back stays `polling` until it is proven.
  return connection === 'polling' && (channel === 'held' || channel === 'silent')
}
