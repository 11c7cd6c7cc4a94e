import fc from 'fast-check'
import { expect, it } from 'vitest'
import { receive, reduce } from '../../src/merge/reduce'
import type { SessionState, Update } from '../../src/merge/session-state'
import { check } from '../support/property'
import { initialState, policy, reduce as step } from '../support/step'

const origins = [undefined, { epoch: 1, base: 0 }, { epoch: 1, base: 2 }, { epoch: 2, base: 3 }]

/** The usual value, or one of the others: a state or an update that differs from the usual one in few places. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, { arbitrary: fc.constantFrom(...others), weight: 1 })

const facts = fc.record({
  status: mostly<'streaming' | 'pending'>('streaming', 'pending'),
  connection: mostly<'live' | 'polling' | 'connecting'>('live', 'polling', 'connecting'),
  verified: mostly(5, 3, 0),
  origin: fc.constantFrom(...origins),
  end: mostly<SessionState['end']>(undefined, { end: 9, status: 'done' }, { end: 6, status: 'stopped' }),
  isCaughtUp: mostly(true, false),
  isStalled: mostly(false, true),
  isBehind: mostly(false, true),
  failures: mostly(0, 2),
  idlePolls: mostly(0, 1),
  progressAttempt: mostly(1, 0),
  retrying: mostly<SessionState['retrying']>(undefined, {
    error: new Error('in a test') as never,
    failures: 1,
  } as never),
  channel: mostly<SessionState['channel']>('trusted', 'held', 'silent', 'suspect'),
  untilMs: mostly<number | undefined>(undefined, 5),
})

const readings = fc.record({
  offset: mostly(5, 0, 4, 6),
  text: mostly(' and more', '', 'Hello and'),
  status: mostly<Update['status']>('streaming', 'pending', 'done'),
  origin: fc.constantFrom(...origins),
  upToDate: mostly<boolean | undefined>(true, undefined, false),
  stalled: mostly<boolean | undefined>(false, undefined, true),
  isSnapshot: fc.boolean(),
})

it('the next part of a text, which takes a short path, has the effect of any other update', () => {
  let short = 0
  const property = fc.property(facts, readings, fc.boolean(), fc.boolean(), (own, reading, isDriving, isShort) => {
    const begun = step(initialState(policy, false), { type: 'attached', driven: isDriving })
    const state = { ...begun, text: 'Hello', ...own } as SessionState
    const taken = reduce(state, { type: 'read', attempt: state.attempt, reading, isShort })
    if (!taken.isTextOnly) return
    short++
    const { state: expected, chunk } = receive(state, reading, isShort)
    expect(taken.state).toEqual(expected)
    expect(taken.chunk).toEqual(chunk)
  })
  check(property, 5000)
  expect(short).toBeGreaterThan(10)
})

it('text that is not verified takes no short path', () => {
  const begun = step(initialState(policy, false), { type: 'attached', driven: false })
  const shown = { status: 'streaming', connection: 'live', text: 'Hello', verified: 3, isCaughtUp: true } as const
  const state = { ...begun, ...shown, progressAttempt: begun.attempt } as SessionState
  const reading: Update = { offset: 3, text: 'p, I need somebody', status: 'streaming', isSnapshot: true }
  const taken = reduce(state, { type: 'read', attempt: state.attempt, reading })
  expect(taken).toMatchObject({ state: { text: 'Help, I need somebody' }, chunk: { outcome: 'reconciled' } })
})

it('a driver is live, also where followers poll', () => {
  const polls = { ...policy, follows: 'polls' } as const
  const driving = step(initialState(polls, false), { type: 'attached', driven: true })
  const reading: Update = { offset: 0, text: 'Hello', status: 'streaming' }
  const { state } = reduce(driving, { type: 'read', attempt: driving.attempt, reading })
  expect([state.phase, state.connection]).toEqual(['driving', 'live'])
})
