import {
  type AttachOptions,
  createStreamClient,
  fetchLive,
  fetchSnapshot,
  keepstream,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isTerminal, type StreamStatus, type TerminalStatus } from '../../src/types'
import { type Act, createAdversary, type Refusal } from '../support/adversary'
import { fakePage } from '../support/fake-page'
import { settle, useFakeTime } from '../support/fake-time'
import { checkAsync, nastyText, patienceMs } from '../support/property'
import { GRACE_MS } from '../support/setup'

useFakeTime()

/** A page with one stream, its server, and the observations so far. */
interface Real {
  readonly server: ReturnType<typeof createAdversary>
  readonly page: ReturnType<typeof fakePage>
  stream: TextStream
  /** The stream of a reloaded page. */
  load(initial?: AttachOptions['initial']): TextStream
  /** A copy of the shown state. */
  kept?: AttachOptions['initial']
  reloads: number
  readonly isPlain: boolean
  readonly readers: (() => void)[]
  seen: StreamState
  startedAtMs: number
  commands: number
  retries: number
  stops: number
  /** The shown state and the server's state when `stop()` resolved. */
  stopped?: { readonly shown: StreamState; readonly status: StreamStatus }
}

const rank = (state: StreamState) => (isTerminal(state.status) ? 2 : state.status === 'streaming' ? 1 : 0)

function expectPromises(real: Real) {
  const { server, stream, seen } = real
  const state = stream.$state.get()
  const { text } = state
  expect(
    server.epochs.some((epoch) => epoch.text.startsWith(text)),
    `P1: ${JSON.stringify(text)}`,
  ).toBe(true)
  if (!text.startsWith(seen.text)) expect(state.isReconciled && server.epochs.length > 1, 'P2, P9').toBe(true)
  if (state.status === 'done') expect(text, 'P3').toBe(server.epochs.at(-1)?.text)
  if (isTerminal(state.status)) expect(server.status, 'P4').toBe(state.status)
  if (real.stopped) {
    const { shown, status } = real.stopped
    expect(isTerminal(status), 'stop()').toBe(true)
    // If nothing could be read, it still got the end, and has left since as the last reader.
    if (!/closed|failed|idle/.test(shown.connection)) expect(shown.status, 'stop()').toBe(status)
  }
  expect(state.error !== undefined, 'S20').toBe(state.connection === 'failed' || /error|timeout/.test(state.status))
  expect(rank(state), 'P13').toBeGreaterThanOrEqual(rank(seen))
  if (isTerminal(seen.status)) expect(state, 'P13').toBe(seen)
  // P6: a backend whose drives are not idempotent is driven again only by a person.
  if (real.isPlain) expect(server.drives, 'P6').toBeLessThanOrEqual(1 + real.retries + real.reloads)
  const elapsedMs = Date.now() - real.startedAtMs
  expect(server.fetch.requests.length, 'no hot loop').toBeLessThanOrEqual(10 + 3 * real.commands + elapsedMs / 50)
  real.seen = state
}

async function step(real: Real, act: () => unknown) {
  real.commands++
  await act()
  await settle(6)
  expectPromises(real)
}

class Command implements fc.AsyncCommand<object, Real> {
  readonly words: string
  readonly act: (real: Real) => unknown

  constructor(words: string, act: (real: Real) => unknown) {
    this.words = words
    this.act = act
  }
  check = () => true
  run = (_: object, real: Real) => step(real, () => this.act(real))
  toString = () => this.words
}

async function elapse(ms: number) {
  const stepMs = Math.max(250, ms / 20)
  for (let left = ms; left > 0; left -= stepMs) {
    await vi.advanceTimersByTimeAsync(Math.min(left, stepMs))
    await settle(2)
  }
}

const share = fc.constantFrom(0.2, 0.5, 1)
const refusal = fc.constantFrom<Refusal>(
  ...([401, 404, 409, 429, 500, 503, 'network', 'hang', 'html', 'empty', 'stale'] as const),
  ...(['foreign', 'redirect', 'hold', 'hold'] as const),
)
const act = fc.constantFrom<Act>(
  'more',
  'more',
  'more',
  'again',
  'skip',
  'garbage',
  'ping',
  'drop',
  'truncate',
  'end',
  'lose-end',
)
const always = (words: string, run: (real: Real) => unknown) => fc.constant(new Command(words, run))

const commands = [
  fc
    .boolean()
    .map(
      (driven) =>
        new Command(`attach ${driven}`, ({ readers, stream }) => readers.push(stream.attach({ start: driven }))),
    ),
  always('detach', ({ readers }) => readers.pop()?.()),
  always('everybody leaves', async (real) => {
    for (const leave of real.readers.splice(0)) leave()
    await elapse(GRACE_MS + 250)
    // After `stop()` the reader reads on to the end.
    if (real.stops && !isTerminal(real.stream.$state.get().status)) return
    expect([real.server.open, vi.getTimerCount(), real.page.listenerCount], 'P11').toEqual([0, 0, 0])
  }),
  fc.boolean().map(
    (isWhole) =>
      new Command(`keep ${isWhole ? 'the state' : 'the text'}`, (real) => {
        const state = real.stream.$state.get()
        const { text, status } = state
        real.kept = isWhole ? JSON.parse(JSON.stringify(state)) : { text, status }
      }),
  ),
  fc.boolean().map(
    (isGiven) =>
      new Command(`reload ${isGiven ? 'with the copy' : ''}`, async (real) => {
        const count = real.readers.length
        for (const leave of real.readers.splice(0)) leave()
        await elapse(GRACE_MS + 250)
        // After `stop()` the old page reads on to the end.
        if (real.stops) return
        real.reloads++
        real.stream = real.load(isGiven ? real.kept : undefined)
        real.seen = real.stream.$state.get()
        if (count) real.readers.push(real.stream.attach())
      }),
  ),
  always('retry', (real) => {
    real.retries++
    real.stream.retry()
  }),
  always('stop', (real) => {
    if (real.stops++) return
    // It resolves only after the end, and rejects if the request could not be delivered.
    real.stream.stop().then(
      () => {
        real.stopped = { shown: real.stream.$state.get(), status: real.server.status }
      },
      () => {},
    )
  }),
  share.map((at) => new Command(`produce ${at}`, ({ server }) => server.produce(at))),
  share.map(
    (at) =>
      new Command(`produce and persist ${at}`, ({ server }) => {
        server.produce(at)
        server.persist(at)
      }),
  ),
  nastyText(12).map((fresh) => new Command(`restart ${JSON.stringify(fresh)}`, ({ server }) => server.restart(fresh))),
  fc
    .constantFrom<TerminalStatus>('done', 'error', 'timeout', 'stopped')
    .map((as) => new Command(`close ${as}`, ({ server }) => server.close(as))),
  refusal.map((what) => new Command(`refuse ${what}`, ({ server }) => server.refusals.push(what))),
  ...Array.from({ length: 4 }, () =>
    fc
      .tuple(fc.nat(3), act, fc.integer({ min: 1, max: 12 }))
      .map(
        ([which, what, length]) =>
          new Command(`${what} ${which} ${length}`, ({ server }) => server.act(which, what, length)),
      ),
  ),
  fc.constantFrom(50, 300, 1000, 5000, 40_000).map((ms) => new Command(`pass ${ms}`, () => elapse(ms))),
  fc.constantFrom('pageshow', 'resume', 'hide', 'show', 'online', 'offline', 'paint', 'sleep').map(
    (what) =>
      new Command(what, ({ page }) => {
        if (what === 'pageshow') page.tell('pageshow', { persisted: true })
        else if (what === 'resume') page.tell('resume')
        else if (what === 'paint') page.paint()
        else if (what === 'sleep') vi.setSystemTime(Date.now() + 3_600_000)
        else if (what === 'hide' || what === 'show') page.hide(what === 'hide')
        else page.connect(what === 'online')
      }),
  ),
]

async function live(text: string, isPlain: boolean, list: Iterable<fc.AsyncCommand<object, Real>>) {
  // A run that failed may have left some, and shrinking runs on.
  vi.clearAllTimers()
  const page = fakePage()
  const server = createAdversary(text, isPlain)
  const { fetch } = server
  const options = { graceMs: GRACE_MS, poll: { minMs: 200, maxMs: 1600 }, retry: { minMs: 200, maxMs: 1600 } }
  const load: Real['load'] = (initial) => createPage().stream('a', { initial })
  const createPage = () =>
    isPlain
      ? createStreamClient({
          ...options,
          live: fetchLive({ url: '/streams/a/drive', fetch }),
          snapshot: fetchSnapshot({ url: '/streams/a', fetch }),
        })
      : createStreamClient({
          ...options,
          ...keepstream({ url: '/streams', fetch, headers: () => ({ authorization: 'in a test' }) }),
        })
  const stream = load()
  const seen = stream.$state.get()
  const real: Real = {
    server,
    page,
    stream,
    load,
    reloads: 0,
    isPlain,
    readers: [],
    seen,
    startedAtMs: Date.now(),
    commands: 0,
    retries: 0,
    stops: 0,
  }
  await fc.asyncModelRun(() => ({ model: {}, real }), list)

  // The faults stop: the end is reached, and nothing is left. The page may still report a wrong network state.
  server.heal()
  page.hide(false)
  await step(real, () => real.readers.push(real.stream.attach({ start: true })))
  for (let turn = 0; !isTerminal(real.stream.$state.get().status); turn++) {
    expect(turn, `the end is reached: ${JSON.stringify(real.stream.$state.get())}`).toBeLessThan(40)
    await step(real, async () => {
      const { status, connection } = real.stream.$state.get()
      if (connection === 'failed' || (status === 'pending' && turn > 20)) {
        real.retries++
        real.stream.retry()
      }
      await settle(4)
      server.close('done')
      server.deliverAll()
      await elapse(2000)
    })
  }
  const { text: shown, status } = real.stream.$state.get()
  expect(status).toBe(server.status)
  const stored = server.epochs.at(-1)?.text.slice(0, server.durable)
  expect(status === 'done' ? shown : shown.slice(0, server.durable), 'P3').toBe(stored)
  for (const leave of real.readers.splice(0)) leave()
  await elapse(GRACE_MS + 12_000)
  expect([server.open, vi.getTimerCount(), page.listenerCount], 'P11').toEqual([0, 0, 0])
}

describe('a page with a stream, at a server that does everything wrong', () => {
  it(
    'keeps its promises after every step, and reaches the end once the faults cease',
    async () => {
      await checkAsync(
        fc.asyncProperty(nastyText(24), fc.boolean(), fc.commands(commands, { maxCommands: 40, size: 'max' }), live),
        500,
      )
    },
    patienceMs(300_000),
  )
})
