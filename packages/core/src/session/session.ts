import { reduce } from '../merge/reduce'
import type { SessionEvent, SessionState } from '../merge/session-state'
import { type SessionOptions, startAttempt } from './attempt'
import { reportTransition } from './report-transition'

export interface Session {
  readonly state: SessionState
  dispatch(event: SessionEvent): void
}

/** Does what the state asks for: one attempt at a time, each with its own signal. */
export function createSession(
  id: string,
  state: SessionState,
  options: SessionOptions,
  onChange: (state: SessionState, before: SessionState, delta: string | undefined, isTextOnly?: boolean) => void,
): Session {
  const { onEvent, pageHub } = options
  const health = { sinceMs: Infinity }
  const context = { ...options, id, state: () => state, dispatch, health }
  let running = new AbortController()

  function dispatch(event: SessionEvent) {
    const before = state
    const { state: next, chunk, isTextOnly } = reduce(before, event)
    state = next
    if (onEvent) reportTransition(id, before, state, chunk, onEvent)
    if (state === before) return
    if (isTextOnly) return onChange(state, before, chunk?.delta, isTextOnly)
    const isNew = state.attempt !== before.attempt
    if (isNew) running.abort()
    // After a failure a connection has to prove itself again, also if it is resumed without a wait.
    if (isNew && (event.type === 'failed' || state.phase === 'waiting')) health.sinceMs = Infinity
    onChange(state, before, chunk?.delta)
    // A listener may have started the next attempt already.
    if (isNew && running.signal.aborted) {
      running = new AbortController()
      startAttempt(context, running.signal)
    }
    if (isNew) pageHub.settle()
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}
