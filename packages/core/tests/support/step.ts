import * as machine from '../../src/merge/reduce'
import type { Kept, Policy, SessionEvent, SessionState } from '../../src/merge/session-state'

/** A source whose polls and failures wait for some milliseconds, at a clock that stands still. */
export const policy: Policy = {
  canRepeat: false,
  follows: 'tail',
  canPoll: true,
  poll: { minMs: 10, maxMs: 10 },
  retry: { minMs: 1000, maxMs: 10_000 },
  now: () => 100_000,
  isHidden: () => false,
}

export const repeatable: Policy = { ...policy, canRepeat: true }

export function initialState(own = policy, isDriven = false, initial?: Kept): SessionState {
  return machine.initialState(initial, own, isDriven)
}

/** The state that an event leads to. */
export function reduce(state: SessionState, event: SessionEvent): SessionState {
  return machine.reduce(state, event).state
}
