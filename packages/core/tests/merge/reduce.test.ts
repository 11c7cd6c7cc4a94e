import { describe, expect, it } from 'vitest'
import { SourceError } from '../../src/errors'
import type { SessionEvent, SessionState, Update } from '../../src/merge/session-state'
import { initialState, policy, reduce, repeatable } from '../support/step'

/** The changes of a transition that SPEC.md's table leaves out. */
const idle: () => SessionState = () => ({ ...initialState(), text: 'abc', status: 'streaming' })
const following = () => reduce(idle(), { type: 'attached' })
const pending = () => reduce(initialState(repeatable), { type: 'attached' })
const snapshot: Update = { offset: 0, text: '', status: 'pending', isSnapshot: true }
const read = (state: SessionState, reading: Update) =>
  reduce(state, { type: 'read', attempt: state.attempt, reading: { ...reading } })
const fail = (state: SessionState, error: SourceError) =>
  reduce(state, { type: 'failed', attempt: state.attempt, error })

describe('a stream that its client has driven before', () => {
  it('is driven again by a person alone', () => {
    const before = initialState(policy, true)
    const attached = reduce(before, { type: 'attached', driven: true })
    expect(attached.phase).toBe('following')
    expect(reduce(attached, { type: 'retried' })).toMatchObject({ phase: 'driving', connection: 'connecting' })
  })
})

describe('an initial text that comes during a read', () => {
  const give = (state: SessionState, text: string, rest: object = {}) =>
    reduce(state, { type: 'hydrated', initial: { text, status: 'streaming', ...rest } } as SessionEvent)

  it('is shown at once if it continues the shown text', () => {
    expect(give(following(), 'abcd')).toMatchObject({ text: 'abcd', status: 'streaming', cuts: 0 })
    expect(
      give({ ...following(), origin: { epoch: 2, base: 0 } }, 'abcd', { origin: { epoch: 2, base: 0 } }).text,
    ).toBe('abcd')
    expect(give({ ...pending(), text: '' }, 'a')).toMatchObject({ text: 'a', status: 'streaming' })
  })

  it.each([
    ['is what is shown', 'abc', {}],
    ['is older', 'ab', {}],
    ['ends like it, but begins otherwise', 'xabc', {}],
    ['is of another epoch', 'abcd', { origin: { epoch: 1, base: 0 } }],
  ])('changes nothing if it %s', (_, text, rest) => {
    const before: SessionState = { ...following(), origin: { epoch: 2, base: 0 } }
    expect(give(before, text, rest)).toBe(before)
  })

  it('shows no more than an end that is known allows, and then ends the stream', () => {
    const before: SessionState = { ...following(), origin: { epoch: 2, base: 0 }, end: { end: 5, status: 'done' } }
    const after = give(before, 'abcdefgh', { origin: { epoch: 2, base: 0 } })
    expect(after).toMatchObject({ text: 'abcde', status: 'done', phase: 'finished' })
  })

  it('begins nothing by being empty', () => {
    const before = pending()
    expect(give(before, '', { status: 'pending' })).toBe(before)
  })

  it('ends the stream if it has ended, also if it contradicts the shown text', () => {
    expect(give(following(), 'aXY', { status: 'done' })).toMatchObject({
      phase: 'finished',
      text: 'aXY',
      status: 'done',
      cuts: 1,
    })
  })
})

describe('a poll with `pending`', () => {
  it('clears the error of a follower, and keeps that of a driver until it has driven again', () => {
    const error = new SourceError('network', 'in a test')
    const retrying = { error, failures: 2, nextAtMs: undefined }
    const before: SessionState = { ...pending(), policy, failures: 2, retrying }
    const after = read(before, snapshot)
    expect(after).toMatchObject({ failures: 2, retrying: undefined })
    // A connection that brings nothing new counts as good only after a while without failures.
    const { attempt } = after
    expect(reduce(after, { type: 'closed', attempt })).toMatchObject({ failures: 2 })
    expect(reduce(after, { type: 'closed', attempt, isProven: true })).toMatchObject({ failures: 0 })
    expect(read({ ...before, drive: 'begun' }, snapshot)).toMatchObject({ failures: 2, retrying })
  })

  it('drives nothing again that has reached its end', () => {
    const before: SessionState = {
      ...following(),
      policy: repeatable,
      drive: 'begun',
      end: { end: 4, status: 'stopped' },
    }
    const after = read(before, { offset: 0, text: 'abcd', status: 'pending', isSnapshot: true })
    expect(after).toMatchObject({ phase: 'finished', text: 'abcd', status: 'stopped' })
  })

  it('says that it waits after a drive that failed', () => {
    const before: SessionState = { ...pending(), drive: 'begun', failures: 1 }
    expect(read(before, snapshot)).toMatchObject({ phase: 'waiting', connection: 'waiting', drive: 'wanted' })
  })
})

describe('a reading', () => {
  it('with the end is progress once, also if the text has not reached it', () => {
    const end: Update = { offset: 9, text: '', status: 'done' }
    const after = read({ ...following(), failures: 3 }, end)
    expect(after).toMatchObject({ phase: 'following', failures: 0 })
    expect(read({ ...after, failures: 3 }, end)).toMatchObject({ phase: 'following', failures: 3 })
  })

  it('of an older epoch changes nothing at all, not even with an end', () => {
    const before: SessionState = { ...following(), origin: { epoch: 2, base: 0 }, failures: 1 }
    expect(read(before, { offset: 3, text: 'd', status: 'streaming', origin: { epoch: 1, base: 0 } })).toBe(before)
    expect(read(before, { offset: 3, text: '', status: 'done', origin: { epoch: 1, base: 0 } })).toBe(before)
  })

  it('without text may report that the stream has begun, which is a change', () => {
    const before = { ...pending(), idlePolls: 3 }
    expect(read(before, { offset: 0, text: '', status: 'streaming', isSnapshot: true })).toMatchObject({
      status: 'streaming',
      idlePolls: 0,
    })
  })
})

describe('a connection that is over', () => {
  it('counts as a failure of a drive, and is followed up at once', () => {
    const driving: SessionState = {
      ...reduce(pending(), { type: 'attached', driven: true }),
      failures: 1,
      idlePolls: 2,
    }
    expect(reduce(driving, { type: 'closed', attempt: driving.attempt })).toMatchObject({ failures: 2, idlePolls: 0 })
  })
})

describe('a channel that progressed', () => {
  const error = new SourceError('network', 'cut')
  const close = (state: SessionState) => reduce(state, { type: 'closed', attempt: state.attempt })
  const progressed = (own = policy) =>
    read({ ...following(), verified: 3, policy: own }, { offset: 3, text: 'd', status: 'streaming' })

  it.each([
    ['text', { offset: 3, text: 'd', status: 'streaming' }, true],
    ['only known text', { offset: 0, text: 'abc', status: 'streaming' }, false],
    ['the status that it had', { offset: 3, text: '', status: 'streaming' }, false],
  ] as const)('brought %s', (_, reading, isProgress) => {
    const before: SessionState = { ...following(), verified: 3, failures: 2 }
    const { failures, progressAttempt, attempt } = read(before, reading)
    expect([failures, progressAttempt]).toEqual(isProgress ? [0, attempt] : [2, 0])
  })

  it('is resumed after a failure, which counts, and is shown until the next reading', () => {
    const after = fail(progressed(), error)
    expect(after).toMatchObject({
      phase: 'following',
      connection: 'connecting',
      failures: 1,
      resumedAtMs: 100_000,
      untilMs: undefined,
      retrying: { error, failures: 1, nextAtMs: undefined },
    })
    expect(read(after, { offset: 4, text: '', status: 'streaming' })).toMatchObject({
      retrying: undefined,
      failures: 1,
    })
    // What brings nothing after that waits as after a second failure.
    expect(fail(after, error)).toMatchObject({ phase: 'waiting', failures: 2 })
  })

  it('is resumed after its end without a pause, the next one with a pause', () => {
    const after = close(progressed())
    expect(after).toMatchObject({ connection: 'live', untilMs: undefined, idlePolls: 0 })
    expect(after.resumedAtMs).toBe(100_000)
    const next = close(read(after, { offset: 4, text: 'e', status: 'streaming' }))
    expect(next).toMatchObject({ connection: 'polling', idlePolls: 1 })
    expect(next.untilMs).toBeGreaterThan(100_000)
  })

  it('and never brought a byte itself is opened again later, also after a failure', () => {
    const silent: SessionState = { ...progressed(), channel: 'silent' }
    expect(close(silent).untilMs).toBe(130_000)
    expect(fail(silent, error)).toMatchObject({ phase: 'following', untilMs: 130_000 })
  })

  it('does not lend that to the next one', () => {
    const other = (state: SessionState) => reduce(state, { type: 'page', attempt: state.attempt, page: 'resumed' })
    expect(fail(other(progressed()), error).phase).toBe('waiting')
    expect(close(other(progressed()))).toMatchObject({ idlePolls: 1 })
  })

  it.each(['polls', 'subscription'] as const)('is none where the text is read by %s', (follows) => {
    const before = progressed({ ...policy, follows })
    expect(fail(before, error).phase).toBe('waiting')
    expect(close(before)).toMatchObject({ idlePolls: 1, resumedAtMs: Number.NEGATIVE_INFINITY })
  })

  it('is driven again if the drive was not sent, after a wait', () => {
    const driving = reduce(pending(), { type: 'attached', driven: true })
    // Text that a short read brought beside it.
    const before = read(driving, { offset: 0, text: 'abc', status: 'streaming' })
    expect(before.progressAttempt).toBe(before.attempt)
    const unsent = new SourceError('network', 'in a test', { isUnsent: true })
    expect(fail(before, unsent)).toMatchObject({ phase: 'waiting', drive: 'wanted' })
  })
})

describe('a stream without readers', () => {
  it('is not caught up: what comes next is backlog', () => {
    const before = read(following(), { offset: 0, text: 'abc', status: 'streaming', isSnapshot: true })
    expect(before.isCaughtUp).toBe(true)
    expect(reduce(before, { type: 'detached' }).isCaughtUp).toBe(false)
  })
})

describe('a user who calls `retry()`', () => {
  it('need not wait for a drive that is due, also where no error is shown', () => {
    const before: SessionState = { ...pending(), drive: 'begun', failures: 1 }
    expect(reduce(read(before, snapshot), { type: 'retried' }).phase).toBe('driving')
  })
})

describe('the response to `stop()`', () => {
  it('changes nothing where an end is known already', () => {
    const before: SessionState = { ...following(), origin: { epoch: 1, base: 0 }, end: { end: 9, status: 'done' } }
    expect(reduce(before, { type: 'stopped', end: { end: 3, status: 'stopped', epoch: 2 } })).toBe(before)
  })

  it('with another epoch is read again at once', () => {
    const before: SessionState = { ...following(), origin: { epoch: 1, base: 0 }, idlePolls: 3 }
    const after = reduce(before, { type: 'stopped', end: { end: 3, status: 'stopped', epoch: 2 } })
    expect(after).toMatchObject({ phase: 'following', idlePolls: 0, attempt: before.attempt + 1 })
  })
})

describe('a failure', () => {
  const diverged = (offset: number) => new SourceError('diverged', 'in a test', { offset, epoch: 1 })

  it('that says where the texts part is reconciled only if something is cut', () => {
    expect(fail(following(), diverged(2))).toMatchObject({ text: 'ab', origin: { epoch: 1, base: 2 }, cuts: 1 })
    expect(fail(following(), diverged(3))).toMatchObject({ text: 'abc', cuts: 0 })
    expect(fail(following(), diverged(9))).toMatchObject({ text: 'abc', cuts: 0 })
    expect(fail({ ...following(), cuts: 1 }, diverged(9)).cuts).toBe(1)
  })

  it('that reports `diverged` again and again is followed by longer and longer waits', () => {
    expect(fail(following(), diverged(2)).idlePolls).toBe(1)
    expect(fail({ ...following(), idlePolls: 1 }, diverged(2)).idlePolls).toBe(2)
  })

  it('of a request that was not sent does not make a follower drive', () => {
    const unsent = new SourceError('network', 'in a test', { isUnsent: true })
    expect(fail(following(), unsent)).toMatchObject({ phase: 'waiting', drive: 'none' })
    const driving = reduce(pending(), { type: 'attached', driven: true })
    expect(driving).toMatchObject({ phase: 'driving', connection: 'connecting', drive: 'begun' })
    expect(fail(driving, unsent)).toMatchObject({ phase: 'waiting', drive: 'wanted' })
  })
})

describe('a wait that the server requested', () => {
  it('is over once a person tries again', () => {
    const limited = fail(following(), new SourceError('rate-limited', 'slow down', { retryAfterMs: 30_000 }))
    expect(limited).toMatchObject({ phase: 'waiting', retryAfterMs: 30_000 })
    expect(reduce(limited, { type: 'retried' }).retryAfterMs).toBeUndefined()
  })
})

describe('the wait that a server asks for', () => {
  it('is kept, and spread over half as long again, so that many readers do not come back in one instant', () => {
    const error = new SourceError('server', 'in a test', { retryAfterMs: 4000 })
    const waits = Array.from({ length: 200 }, () => {
      const state = reduce(initialState(), { type: 'attached' })
      return Number(reduce(state, { type: 'failed', attempt: state.attempt, error }).untilMs) - policy.now()
    })
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(4000)
    expect(Math.max(...waits)).toBeLessThan(6000)
    expect(new Set(waits.map((wait) => Math.floor(wait / 100))).size).toBeGreaterThan(10)
  })
})
