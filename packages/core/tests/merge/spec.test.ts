import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SourceError, type SourceErrorCode } from '../../src/errors'
import type { SessionEvent, SessionFacts, SessionState, Update } from '../../src/merge/session-state'
import { initialState, policy, reduce, repeatable } from '../support/step'

const spec = readFileSync(new URL('../../SPEC.md', import.meta.url), 'utf8')

/** The rows of the table under a heading, each as its cells. */
function table(heading: string): string[][] {
  const section = spec.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => !/^-+$/.test(cells[0] as string))
}

/** A state in each phase, created again for each test, so that an error on the way to it fails a test. */
function createStates(): Record<SessionState['phase'], SessionState> {
  const idle: SessionState = { ...initialState(), text: 'abc', verified: 3, status: 'streaming' }
  const reading = (state: SessionState): SessionState => ({ ...state, connection: 'live' }) as SessionState
  const following = reading(reduce(idle, { type: 'attached' }))
  return {
    idle,
    driving: reading(reduce({ ...idle, drive: 'wanted' }, { type: 'attached' })),
    following,
    waiting: reduce(following, fail(network(), following)),
    failed: reduce(following, fail(new SourceError('forbidden', 'in a test'), following)),
    finished: reduce(idle, { type: 'hydrated', initial: { text: 'abcdef', status: 'done' } }),
  }
}

const network = () => new SourceError('network', 'in a test')
const fail = (error: SourceError, { attempt }: SessionState): SessionEvent => ({ type: 'failed', attempt, error })

type Act = (state: SessionState) => { state?: SessionState | undefined; event: SessionEvent }[]
const read =
  (...readings: Update[]): Act =>
  ({ attempt }) =>
    readings.map((reading) => ({ event: { type: 'read', attempt, reading } }))
/** The row of every code a source can fail with. */
const rowOf: Record<SourceErrorCode | 'invalid-option', string> = {
  network: 'failed: network, server, rate-limited',
  server: 'failed: network, server, rate-limited',
  'rate-limited': 'failed: network, server, rate-limited',
  refused: 'failed: refused',
  diverged: 'failed: diverged',
  unauthorized: 'failed: unauthorized, forbidden, not-found, redirected, invalid-option',
  forbidden: 'failed: unauthorized, forbidden, not-found, redirected, invalid-option',
  'not-found': 'failed: unauthorized, forbidden, not-found, redirected, invalid-option',
  redirected: 'failed: unauthorized, forbidden, not-found, redirected, invalid-option',
  'invalid-option': 'failed: unauthorized, forbidden, not-found, redirected, invalid-option',
}
const failed =
  (row: string): Act =>
  (state) =>
    (Object.keys(rowOf) as SourceErrorCode[])
      .filter((code) => rowOf[code] === row)
      .map((code) => ({ event: fail(new SourceError(code, 'in a test', { offset: 2, epoch: 2 }), state) }))
const fresh = (state: SessionState): SessionState =>
  state.phase === 'driving' || state.phase === 'finished'
    ? state
    : { ...state, text: '', status: 'pending', drive: 'none' }
const begun = (state: SessionState): SessionState =>
  fresh(state) === state ? state : { ...fresh(state), drive: 'begun' }

const paused = (state: SessionState): SessionState => ({ ...state, untilMs: 1 })
const nowMs = policy.now()
const passing = () => (['network', 'server', 'rate-limited'] as const).map((code) => new SourceError(code, 'in a test'))
const afterProgress = (state: SessionState, change: Partial<SessionFacts>, ...errors: SourceError[]) =>
  errors.map((error) => ({ state: { ...state, ...change, progressAttempt: state.attempt }, event: fail(error, state) }))
const backs = ({ attempt }: SessionState) => [
  { event: { type: 'page', attempt, page: 'visible' } as const },
  { event: { type: 'page', attempt, page: 'online' } as const },
]

/** The events for each row of the table. Together they cover every event. */
const actsOf: Record<SessionEvent['type'], Record<string, Act>> = {
  attached: {
    attached: () => [{ event: { type: 'attached' } }],
    'attached, driven': (state) => [{ state: fresh(state), event: { type: 'attached', driven: true } }],
    'attached, driven, to a text that goes on, at a source that can repeat': (state) => [
      { state: { ...state, policy: repeatable }, event: { type: 'attached', driven: true } },
    ],
  },
  hydrated: {
    'hydrated, finished text': () => [{ event: { type: 'hydrated', initial: { text: 'abcdef', status: 'done' } } }],
    'hydrated, text that goes on': () => [
      { event: { type: 'hydrated', initial: { text: 'abcd', status: 'streaming' } } },
    ],
    'hydrated, anything else': (state) =>
      ['a', 'abc', 'something else'].map((text) => ({
        // Before the first attempt nothing was read, so any initial text is a change.
        state: { ...state, attempt: state.attempt || 1 },
        event: { type: 'hydrated', initial: { text, status: 'streaming' } },
      })),
  },
  detached: {
    detached: () => [{ event: { type: 'detached' } }],
  },
  read: {
    'read: more text': read({ offset: 3, text: 'def', status: 'streaming' }),
    'read: nothing new': read({ offset: 0, text: 'abc', status: 'streaming', isSnapshot: true }),
    'read: beyond a gap': read({ offset: 4, text: 'e', status: 'streaming' }),
    'read: the end, reached': read(
      { offset: 3, text: '', status: 'done' },
      { offset: 0, text: 'abc', status: 'stopped', isSnapshot: true },
    ),
    'read: the end, ahead of the text': read({ offset: 5, text: '', status: 'done' }),
  },
  connectionChanged: {
    'connectionChanged: live': ({ attempt }) => [
      { event: { type: 'connectionChanged', attempt, update: { connection: 'live' } } },
    ],
    'connectionChanged: polling': ({ attempt }) => [
      { event: { type: 'connectionChanged', attempt, update: { connection: 'polling' } } },
    ],
    'connectionChanged: waiting': ({ attempt }) => [
      { event: { type: 'connectionChanged', attempt, update: { connection: 'waiting' } } },
    ],
    'connectionChanged: a failure': ({ attempt }) => [
      { event: { type: 'connectionChanged', attempt, update: { error: network() } } },
    ],
  },
  queued: { queued: ({ attempt }) => [{ event: { type: 'queued', attempt } }] },
  suspected: {
    suspected: ({ attempt }) => [
      { event: { type: 'suspected', attempt, isSilent: true } },
      { event: { type: 'suspected', attempt, isSilent: false } },
    ],
  },
  received: {
    received: ({ attempt }) => [{ event: { type: 'received', attempt } }],
    'received, after silence': (state) => [
      { state: { ...state, channel: 'silent' }, event: { type: 'received', attempt: state.attempt } },
    ],
  },
  proven: {
    proven: (state) => [{ state: { ...state, channel: 'suspect' }, event: { type: 'proven', attempt: state.attempt } }],
  },
  closed: {
    closed: ({ attempt }) => [
      { event: { type: 'closed', attempt } },
      { event: { type: 'closed', attempt, isStall: true } },
      { event: { type: 'closed', attempt, isHandedOver: true } },
    ],
  },
  failed: {
    ...Object.fromEntries(Object.values(rowOf).map((row) => [row, failed(row)])),
    'failed: network, server, rate-limited, after progress': (state) =>
      [Number.NEGATIVE_INFINITY, nowMs - 1000, nowMs + 1000].flatMap((resumedAtMs) =>
        afterProgress(state, { resumedAtMs }, ...passing()),
      ),
    'failed: network, server, rate-limited, after progress, less than 1 s after a channel was resumed': (state) =>
      [nowMs - 999, nowMs, nowMs + 999].flatMap((resumedAtMs) => afterProgress(state, { resumedAtMs }, ...passing())),
    'failed: after progress, while the server asks for time, or in a hidden page': (state) => [
      ...afterProgress(state, {}, new SourceError('server', 'in a test', { retryAfterMs: 1 })),
      ...afterProgress(state, { policy: { ...state.policy, isHidden: () => true } }, ...passing()),
    ],
  },
  wakeUp: {
    wakeUp: ({ attempt }) => [{ event: { type: 'wakeUp', attempt } }],
    'wakeUp, after a pause': (state) => [{ state: paused(state), event: { type: 'wakeUp', attempt: state.attempt } }],
    'wakeUp, to be driven': (state) => [
      { state: { ...state, drive: 'wanted' }, event: { type: 'wakeUp', attempt: state.attempt } },
    ],
  },
  page: {
    'page: resumed': ({ attempt }) => [{ event: { type: 'page', attempt, page: 'resumed' } }],
    'page: visible, online': backs,
    'page: visible, online, in a pause': (state) => backs(state).map((one) => ({ ...one, state: paused(state) })),
    'page: visible, while the server asked for time': (state) => [
      { state: { ...state, retryAfterMs: 5000 }, event: { type: 'page', attempt: state.attempt, page: 'visible' } },
    ],
    'page: offline': ({ attempt }) => [{ event: { type: 'page', attempt, page: 'offline' } }],
  },
  retried: {
    retried: () => [{ event: { type: 'retried' } }],
    'retried, while what was driven never began': (state) => [{ state: begun(state), event: { type: 'retried' } }],
  },
  cleared: { cleared: () => [{ event: { type: 'cleared' } }] },
  stopping: {
    stopping: () => [{ event: { type: 'stopping', isStopping: true } }],
  },
  stopped: {
    'stopped, at an end that is reached': () => [{ event: { type: 'stopped', end: { end: 2, status: 'stopped' } } }],
    'stopped, at an end ahead of the text': () => [{ event: { type: 'stopped', end: { end: 9, status: 'stopped' } } }],
  },
}

const acts: Record<string, Act> = {
  ...Object.assign({}, ...Object.values(actsOf)),
  'anything of another attempt': ({ attempt }) => [
    { event: { type: 'read', attempt: attempt + 1, reading: { offset: 3, text: 'def', status: 'done' } } },
    { event: { type: 'closed', attempt: attempt - 1 } },
    { event: { type: 'wakeUp', attempt: attempt - 1 } },
    { event: { type: 'connectionChanged', attempt: attempt - 1, update: { connection: 'waiting' } } },
    { event: { type: 'failed', attempt: attempt - 1, error: network() } },
  ],
}

describe('SPEC.md', () => {
  const [head = [], ...rows] = table('Transitions')
  const phases = head.slice(1) as SessionState['phase'][]

  it('has a row for everything that is run here, and a column for every phase', () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(acts))
    expect(phases).toEqual(Object.keys(createStates()))
  })

  for (const [name = '', ...cells] of rows) {
    for (const [index, cell] of cells.entries()) {
      if (!cell) continue
      const phase = phases[index] as SessionState['phase']
      it(`${phase}, ${name}: ${cell}`, () => {
        const state = createStates()[phase]
        const cases: ReturnType<Act> = acts[name]?.(state) ?? []
        expect(cases.length).toBeGreaterThan(0)
        for (const { state: before = state, event } of cases) {
          const after = reduce(before, event)
          if (cell === '=') expect(after).toBe(before)
          else expect(after.phase).toBe(cell.replace('+', ''))
          const isEntered = after.phase !== phase || /gap|read: .*ahead|diverged|\+/.test(name + cell)
          const isReading = phase === 'driving' || phase === 'following'
          if (isEntered && (isReading || after.phase !== phase)) expect(after.attempt).toBe(before.attempt + 1)
          else expect(after.attempt).toBe(before.attempt)
        }
      })
    }
  }

  it('S4: a result of any attempt but the current one has no effect, whatever the phase', () => {
    expect(rows.find(([name]) => name === 'anything of another attempt')?.slice(1)).toEqual(phases.map(() => '='))
  })

  it('S7: what changes nothing comes back as the same reference', () => {
    const { following } = createStates()
    const { attempt } = following
    const again: SessionEvent = {
      type: 'read',
      attempt,
      reading: { offset: 0, text: 'abc', status: 'streaming', isSnapshot: true },
    }
    const shown = reduce(following, again)
    expect(reduce(shown, again)).toBe(shown)
    expect(reduce(shown, { type: 'connectionChanged', attempt, update: { connection: 'live' } })).toBe(shown)
  })

  it('names a test file that is there for every invariant, and all of S1 to Sn once', () => {
    const invariants = table('Invariants').slice(1)
    expect(invariants.map(([name]) => name)).toEqual(invariants.map((_, index) => `S${index + 1}`))
    for (const [name, , file] of invariants) {
      expect(existsSync(new URL(`../${file}`, import.meta.url)), `${name}: ${file}`).toBe(true)
    }
  })

  it('names a test that is there for everything that others ran into', () => {
    const reports = table('What others ran into').slice(1)
    expect(reports.length).toBeGreaterThan(30)
    for (const [what, , proofs = ''] of reports) {
      for (const [, path = '', words = ''] of proofs.matchAll(/`([^`:]+): ([^`]+)`/g)) {
        const folder = path.startsWith('scenarios/') ? 'tests/bindings/' : ''
        const file = new URL(`../../../../${folder}${path}`, import.meta.url)
        const code = existsSync(file) ? readFileSync(file, 'utf8') : ''
        expect(code.includes(words), `${what}: ${path} says nothing of "${words}"`).toBe(true)
      }
      expect(proofs).toMatch(/`[^`]+: [^`]+`/)
    }
  })

  it('a poll with `pending` drives again only if driving can be repeated, and waits after a failure', () => {
    const pending: Update = { offset: 0, text: '', status: 'pending', isSnapshot: true }
    const readOnce = (state: SessionState) => reduce(state, { type: 'read', attempt: state.attempt, reading: pending })
    const before: SessionState = { ...fresh(createStates().following), drive: 'begun' }
    expect(readOnce(before).phase).toBe('following')
    expect(readOnce({ ...before, policy: repeatable }).phase).toBe('driving')
    const waiting = readOnce({ ...before, policy: repeatable, failures: 1 })
    expect(waiting).toMatchObject({ phase: 'waiting', drive: 'wanted' })
    expect(reduce(waiting, { type: 'wakeUp', attempt: waiting.attempt }).phase).toBe('driving')
    expect(readOnce({ ...before, policy: repeatable, drive: 'none' }).phase).toBe('following')
  })
})
