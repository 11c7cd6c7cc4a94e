import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SourceError, type SourceErrorCode } from '../../src/errors'
import type { Kept, SessionEvent, SessionState, Update } from '../../src/merge/session-state'
import { isTerminal, type StreamStatus, type TerminalStatus } from '../../src/types'
import { check, nastyText, patienceMs } from '../support/property'
import { initialState, policy, reduce } from '../support/step'

/** The real state of the server: every epoch's text, how much of it was produced and stored, and the status. */
interface World {
  readonly epochs: { readonly base: number; text: string }[]
  produced: number
  durable: number
  status: StreamStatus
  /** The backend sends epochs. Without them, shown text of a lost generation is found by comparing. */
  readonly hasEpochs: boolean
  /** Polls of the store in flight, which may arrive late. */
  readonly stale: Update[]
  /** Copies of the shown text that pages kept. */
  readonly kept: Kept[]
  nowMs: number
}

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const codes = fc.constantFrom<SourceErrorCode>(
  'network',
  'server',
  'rate-limited',
  'refused',
  'unauthorized',
  'not-found',
)

/** One step of the world or of the wire. Its content comes from the state of the world at that step. */
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('attach' as const), driven: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('detach' as const, 'retry' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('produce' as const, 'persist' as const), at: unit }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), fresh: nastyText(12) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      as: fc.constantFrom<TerminalStatus>('done', 'error', 'timeout', 'stopped'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('chunk' as const), at: unit, length: fc.nat(12) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      at: unit,
      isWhole: fc.boolean(),
      isLate: fc.boolean(),
      page: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('late' as const), at: unit }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('give' as const), at: unit, isAnonymous: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('keep' as const), isAnonymous: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('reload' as const, 'giveKept' as const), at: unit }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'end' as const,
        'cut' as const,
        'wake' as const,
        'old' as const,
        'stopAnswer' as const,
        'diverge' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('page' as const),
      page: fc.constantFrom('resumed' as const, 'visible' as const, 'online' as const, 'offline' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('suspect' as const), isSilent: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('trust' as const),
      as: fc.constantFrom('received' as const, 'proven' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      code: codes,
      isUnsent: fc.boolean(),
      retryAfterMs: fc.constantFrom(0, 0, 0, 500),
    }),
  },
  // A clock may be set back.
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom<number>(1, 500, 999, 1000, -1e6) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const pick = (at: number, length: number) => Math.min(length, Math.floor(at * (length + 1)))
const current = (world: World) => world.epochs.at(-1) as World['epochs'][number]

/** A poll of the durable text, as a store returns it. */
function snapshotOf(world: World, from: number, page = Number.POSITIVE_INFINITY): Update {
  const upToDate = world.durable - from <= page
  const text = current(world).text.slice(from, upToDate ? world.durable : from + page)
  return { offset: from, text, status: world.status, ...origin(world), upToDate, isSnapshot: true }
}

function origin(world: World) {
  return world.hasEpochs ? { origin: { epoch: world.epochs.length, base: current(world).base } } : {}
}

function toEvent(step: Step, world: World, state: SessionState): SessionEvent | undefined {
  const { attempt } = state
  const isReading = state.phase === 'driving' || state.phase === 'following'
  const { text } = current(world)
  switch (step.do) {
    case 'attach':
      return { type: 'attached', driven: step.driven }
    case 'detach':
      return { type: 'detached' }
    case 'retry':
      return { type: 'retried' }
    case 'produce':
      if (isTerminal(world.status)) return
      world.status = 'streaming'
      world.produced += pick(step.at, text.length - world.produced)
      return
    case 'persist':
      if (isTerminal(world.status)) return
      world.durable += pick(step.at, world.produced - world.durable)
      return
    case 'restart':
      if (isTerminal(world.status) || world.status === 'pending' || world.epochs.length > 3) return
      world.epochs.push({ base: world.durable, text: text.slice(0, world.durable) + step.fresh })
      world.produced = world.durable
      // Without its process, the connection of a driver is gone. With epochs, a proxy may also have kept it.
      return state.phase === 'driving' && !world.hasEpochs ? { type: 'closed', attempt } : undefined
    case 'close':
      if (isTerminal(world.status)) return
      // `done` comes once all is produced. Any other end leaves the text where it was. Both are stored first.
      if (step.as === 'done') world.produced = text.length
      else current(world).text = text.slice(0, world.produced)
      world.durable = step.as === 'timeout' ? world.durable : world.produced
      if (step.as === 'timeout') current(world).text = text.slice(0, world.produced)
      world.status = step.as
      return
    case 'chunk': {
      if (state.phase !== 'driving') return
      const offset = pick(step.at, world.produced)
      const chunk = {
        offset,
        text: text.slice(offset, Math.min(world.produced, offset + step.length)),
        ...origin(world),
      }
      return { type: 'read', attempt, reading: { ...chunk, status: 'streaming' } }
    }
    case 'read': {
      if (state.phase !== 'following') return
      const reading = snapshotOf(
        world,
        // Mostly from the requested offset, but a source may return more.
        step.isWhole ? 0 : Math.min(state.verified, step.at < 0.3 ? pick(step.at, world.durable) : world.durable),
        step.page,
      )
      if (!step.isLate) return { type: 'read', attempt, reading }
      world.stale.push(reading)
      return
    }
    case 'give': {
      // A page was rendered some time ago: with durable text, and with the end only if that had come.
      const { status, durable } = world
      const end = isTerminal(status) ? durable : pick(step.at, durable)
      const initial = { text: text.slice(0, end), status: end ? status : 'pending' } as const
      if (isTerminal(status) && !end) return
      return {
        type: 'hydrated',
        initial: step.isAnonymous ? initial : { ...initial, ...origin(world) },
      }
    }
    case 'keep': {
      const { text, status } = state
      if (isTerminal(status) || !text) return
      const isKnown = !step.isAnonymous && state.verified === text.length
      world.kept.push({ text, status, ...(isKnown && { origin: state.origin }) })
      return
    }
    case 'giveKept': {
      const initial = world.kept[pick(step.at, world.kept.length - 1)]
      return initial && { type: 'hydrated', initial }
    }
    case 'reload':
      return
    case 'late': {
      const reading = world.stale[pick(step.at, world.stale.length - 1)]
      return reading && state.phase === 'following' ? { type: 'read', attempt, reading } : undefined
    }
    case 'end':
      if (state.phase !== 'driving' || !isTerminal(world.status)) return
      return {
        type: 'read',
        attempt,
        reading: { offset: world.durable, text: '', status: world.status, ...origin(world) },
      }
    case 'stopAnswer':
      if (!isTerminal(world.status)) return
      return { type: 'stopped', end: { end: world.durable, status: world.status, epoch: origin(world).origin?.epoch } }
    case 'old':
      return {
        type: 'read',
        attempt: attempt - 1,
        reading: { offset: state.text.length, text: 'never shown', status: 'done' },
      }
    case 'cut':
      return isReading ? { type: 'closed', attempt } : undefined
    case 'diverge':
      // The server knows where the last epoch began, and says so to readers of the one before.
      if (state.phase !== 'following' || state.origin?.epoch !== world.epochs.length - 1) return
      return {
        type: 'failed',
        attempt,
        error: new SourceError('diverged', 'in a test', { offset: current(world).base, epoch: world.epochs.length }),
      }
    case 'wake':
      // The wait is over, or the page was away and its connection is likely to be dead.
      return isReading || state.phase === 'waiting' ? { type: 'wakeUp', attempt } : undefined
    case 'page':
      return isReading || state.phase === 'waiting' ? { type: 'page', attempt, page: step.page } : undefined
    case 'suspect':
      return isReading ? { type: 'suspected', attempt, isSilent: step.isSilent } : undefined
    case 'trust':
      return isReading ? { type: step.as, attempt } : undefined
    case 'fail': {
      if (!isReading) return
      const { code, isUnsent, retryAfterMs } = step
      return { type: 'failed', attempt, error: new SourceError(code, 'in a test', { isUnsent, retryAfterMs }) }
    }
    case 'pass':
      world.nowMs += step.ms
      return
  }
}

const rank = (status: StreamStatus) => (status === 'pending' ? 0 : status === 'streaming' ? 1 : 2)

/** P1: a prefix of the real text of one epoch, never more. The verified text belongs to the named epoch. */
function expectOneText({ text, verified, origin, phase }: SessionState, world: World) {
  const isPrefix = (text: string, one: { text: string } = { text: '' }) => one.text.startsWith(text)
  expect(
    world.epochs.some((one) => isPrefix(text, one)),
    'P1',
  ).toBe(true)
  expect(verified, 'P1').toBeLessThanOrEqual(text.length)
  if (origin) expect(isPrefix(text.slice(0, verified), world.epochs[origin.epoch - 1]), 'P1').toBe(true)
  else if (!world.hasEpochs && phase !== 'driving')
    expect(isPrefix(text.slice(0, verified), current(world)), 'P1').toBe(true)
}

/** S20: what is shown of a failure is either final or being healed, and says when it is tried again. */
function expectOneFailure({ phase, status, connection, error, retrying, untilMs }: SessionState) {
  expect(error !== undefined, 'S20').toBe(phase === 'failed' || /error|timeout/.test(status))
  if (/idle|failed|finished/.test(phase)) expect(retrying, 'S20').toBeUndefined()
  if (retrying) expect(retrying.nextAtMs, 'S20').toBe(phase === 'waiting' ? untilMs : undefined)
  if (!/waiting|following/.test(phase)) expect(untilMs, 'S20').toBeUndefined()
  if (phase === 'waiting') expect(untilMs, 'S20').toBeDefined()
  // S21: a reader that holds no connection does not say `live`.
  if (phase !== 'driving' && (phase !== 'following' || untilMs !== undefined))
    expect(connection, 'S21').not.toBe('live')
}

/** S22, with its own account of what an attempt brought and of when a channel was resumed. */
function createResumeCheck(world: World) {
  let resumedAtMs = Number.NEGATIVE_INFINITY
  let hasMoved = false
  let hasGrown = false

  function expectResumed(before: SessionState, after: SessionState, event: SessionEvent) {
    const error = event.type === 'failed' && /network|server|limited/.test(event.error.code) ? event.error : undefined
    const isEnd = event.type === 'closed' && before.phase === 'following'
    if (!error && !isEnd) return
    const isRefused = error?.retryAfterMs || (before.phase === 'driving' && error?.isUnsent)
    const isDue = Math.abs(world.nowMs - resumedAtMs) >= 1000
    const isAtOnce = after.phase === 'following' && after.untilMs === undefined
    // What holds more text is read on at once in any case.
    if (isAtOnce && !(isEnd && before.isBehind)) {
      expect(hasMoved && isDue && !isRefused, 'S22').toBe(true)
      if (error) expect(after.retrying, 'S22').toEqual({ error, failures: 1, nextAtMs: undefined })
    }
    if (hasGrown && isDue && !isRefused) {
      // A channel that brought nothing itself is opened again later.
      if (before.channel !== 'silent') expect(isAtOnce, 'S22').toBe(true)
      resumedAtMs = world.nowMs
    } else if (isAtOnce && isDue) resumedAtMs = after.resumedAtMs
  }

  return (before: SessionState, after: SessionState, event: SessionEvent) => {
    if ('attempt' in event && event.attempt === before.attempt && after !== before) expectResumed(before, after, event)
    const isSame = after.attempt === before.attempt
    const isRead = event.type === 'read'
    hasGrown = isSame && (hasGrown || (isRead && after.text.length > before.text.length))
    hasMoved = isSame && (hasMoved || (isRead && after !== before))
  }
}

function expectPromises(before: SessionState, after: SessionState, event: SessionEvent, world: World) {
  expectOneText(after, world)
  // P2 and P9: it shrinks only if the store contradicts it, and that is shown.
  if (!after.text.startsWith(before.text)) {
    expect(after.cuts, 'P2').toBeGreaterThan(before.cuts)
    expect(
      /read|stopped|failed|hydrated/.test(event.type) &&
        (!world.hasEpochs ||
          after.origin?.epoch !== before.origin?.epoch ||
          after.status === 'done' ||
          before.verified < before.text.length),
      'P2',
    ).toBe(true)
  }
  // Nothing is shown beyond a known end.
  if (before.end) expect(after.text.length).toBeLessThanOrEqual(Math.max(before.text.length, before.end.end))
  // P3
  if (after.status === 'done') expect(after.text, 'P3').toBe(current(world).text)
  // P4
  if (isTerminal(after.status)) expect(world.status, 'P4').toBe(after.status)
  // P13
  expect(rank(after.status), 'P13').toBeGreaterThanOrEqual(rank(before.status))
  if (isTerminal(before.status)) expect(after, 'P13').toBe(before)
  // P6: only a user, a proof that no process produces, or a request that was not sent drives again.
  if (after.phase === 'driving' && after.attempt !== before.attempt && before.drive === 'begun') {
    expect(event.type === 'retried' || before.policy.canRepeat, 'P6').toBe(true)
  }
  expect(after.phase === 'finished', 'finished').toBe(isTerminal(after.status))
  expectOneFailure(after)
  if (after !== before) expect(reduce(after, event) === after || event.type !== 'read', 'idempotent').toBe(true)
}

/** Plays the steps, then stops the faults and reads on to the end. */
function live(world: World, canRepeat: boolean, steps: readonly Step[]) {
  const own = { ...policy, canRepeat, now: () => world.nowMs }
  let state = initialState(own)
  let checkResume = createResumeCheck(world)
  const apply = (event: SessionEvent) => {
    const before = state
    state = reduce(before, event)
    expectPromises(before, state, event, world)
    checkResume(before, state, event)
  }
  for (const step of steps) {
    const event = toEvent(step, world, state)
    if (event) apply(event)
    if (step.do === 'reload') {
      // The page is reloaded, with a copy that it or another page kept, or without one.
      state = initialState(own, state.drive === 'begun', world.kept[pick(step.at, world.kept.length)])
      checkResume = createResumeCheck(world)
      expectOneText(state, world)
    }
  }
  if (!isTerminal(world.status)) {
    world.produced = current(world).text.length
    world.durable = world.produced
    world.status = 'done'
  }
  apply({ type: 'attached' })
  for (let tries = 0; state.phase !== 'finished'; tries++) {
    expect(tries, 'the end is reached').toBeLessThan(12)
    const { attempt, phase } = state
    if (phase === 'driving') apply({ type: 'closed', attempt })
    else if (phase === 'waiting') apply({ type: 'wakeUp', attempt })
    else if (phase === 'failed') apply({ type: 'retried' })
    else
      apply({
        type: 'read',
        attempt,
        reading: snapshotOf(world, tries % 2 ? Math.min(state.verified, world.durable) : 0),
      })
  }
  expect(state.status).toBe(world.status)
  // With every other status a longer text stays. Its beginning is the stored text.
  if (world.status === 'done') expect(state.text).toBe(current(world).text)
  else expect(state.text.slice(0, world.durable)).toBe(current(world).text.slice(0, world.durable))
}

const newWorld = (text: string, hasEpochs: boolean): World => ({
  epochs: [{ base: 0, text }],
  produced: 0,
  durable: 0,
  status: 'pending',
  hasEpochs,
  stale: [],
  kept: [],
  nowMs: 100_000,
})

const anySteps = (maxLength: number) => fc.array(step, { maxLength, size: 'max' })

describe('a session in any world', () => {
  it(
    'keeps P1, P2, P3, P4, P6, P9 and P13 after every event, and ends whole once the faults cease',
    () => {
      check(
        fc.property(nastyText(30), fc.boolean(), fc.boolean(), anySteps(60), (text, canRepeat, hasEpochs, steps) =>
          live(newWorld(text, hasEpochs), canRepeat, steps),
        ),
        2000,
      )
    },
    patienceMs(120_000),
  )

  it(
    'keeps them when a server dies with text it had not stored, and the generation is resumed and stopped',
    () => {
      const say = (...some: Step[]) => some
      const begun = fc
        .tuple(unit, unit, unit)
        .map(([produced, stored, shown]) =>
          say(
            { do: 'attach', driven: true },
            { do: 'produce', at: produced },
            { do: 'persist', at: stored },
            { do: 'chunk', at: 0, length: Math.ceil(30 * shown) },
          ),
        )
      const takenUp = fc
        .tuple(nastyText(12), unit)
        .map(([fresh, at]) => say({ do: 'restart', fresh }, { do: 'produce', at }))
      const ended = fc
        .constantFrom<TerminalStatus>('done', 'stopped')
        .map((as) => say({ do: 'close', as }, { do: 'stopAnswer' }))
      check(
        fc.property(nastyText(30), begun, anySteps(4), takenUp, anySteps(4), ended, anySteps(4), (text, ...parts) =>
          live(newWorld(text, true), true, parts.flat()),
        ),
        1300,
      )
    },
    patienceMs(120_000),
  )

  it(
    'keeps them when a page gives back what it kept of a driver whose generation was lost and resumed with other text',
    () => {
      const world = fc.tuple(unit, unit, fc.boolean(), nastyText(12), unit, unit, fc.boolean())
      check(
        fc.property(
          nastyText(30),
          fc.boolean(),
          world,
          anySteps(3),
          anySteps(6),
          (text, hasEpochs, [produced, stored, isAnonymous, fresh, more, first, isRunning], between, after) =>
            live(newWorld(text, hasEpochs), true, [
              { do: 'attach', driven: true },
              { do: 'produce', at: produced },
              { do: 'persist', at: stored },
              { do: 'chunk', at: 0, length: 30 },
              { do: 'keep', isAnonymous },
              { do: 'restart', fresh },
              { do: 'produce', at: more },
              { do: 'persist', at: 1 },
              ...between,
              { do: 'reload', at: 0 },
              ...(isRunning ? [{ do: 'attach' as const, driven: false }] : []),
              { do: 'giveKept', at: 0 },
              { do: 'attach', driven: false },
              { do: 'read', at: first, isWhole: false, isLate: false, page: 40 },
              ...after,
            ]),
        ),
        500,
      )
    },
    patienceMs(120_000),
  )

  it(
    'keeps them, and S22, when channel after channel is cut or ends',
    () => {
      // The text grows little by little, so that it has not ended after a few channels.
      const growth = fc.tuple(fc.double({ min: 0, max: 0.2, noNaN: true }), unit, fc.boolean(), fc.boolean())
      const over = fc.oneof(
        fc.constant<Step>({ do: 'cut' }),
        fc.record({
          do: fc.constant('fail' as const),
          code: fc.constantFrom<SourceErrorCode>('network', 'network', 'server', 'rate-limited'),
          isUnsent: fc.constantFrom(false, false, false, true),
          retryAfterMs: fc.constantFrom(0, 0, 0, 500),
        }),
      )
      const channel = fc
        .tuple(growth, anySteps(1), over, fc.constantFrom(0, 1, 400, 999, 1000))
        .map(([[produced, persisted, isChunk, isLeft], between, over, ms]): Step[] => [
          { do: 'produce', at: produced },
          { do: 'persist', at: persisted },
          ...(isChunk ? [{ do: 'chunk' as const, at: 1, length: 1 }] : []),
          { do: 'read', at: 1, isWhole: false, isLate: false, page: 40 },
          ...between,
          { do: 'pass', ms },
          over,
          ...(isLeft ? [] : [{ do: 'wake' as const }]),
        ])
      const channels = fc.array(channel, { minLength: 2, maxLength: 12, size: 'max' })
      check(
        fc.property(nastyText(60), fc.boolean(), fc.boolean(), fc.boolean(), channels, (text, driven, ...rest) => {
          const [canRepeat, hasEpochs, parts] = rest
          live(newWorld(text, hasEpochs), canRepeat, [{ do: 'attach', driven }, ...parts.flat()])
        }),
        200,
      )
    },
    patienceMs(120_000),
  )

  it('gives the same reference back for what changes nothing', () => {
    const idle = initialState()
    expect(reduce(idle, { type: 'detached' })).toBe(idle)
    expect(reduce(idle, { type: 'retried' })).toBe(idle)
    const following = reduce(idle, { type: 'attached' })
    const update: SessionEvent = {
      type: 'read',
      attempt: following.attempt,
      reading: { offset: 0, text: 'abc', status: 'streaming', isSnapshot: true },
    }
    const shown = reduce(following, update)
    expect(shown).not.toBe(following)
    expect(reduce(shown, update)).toBe(shown)
  })
})
