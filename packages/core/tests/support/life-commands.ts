import fc from 'fast-check'
import { expect, vi } from 'vitest'
import { isTerminal, type TerminalStatus } from '../../src/types'
import type { Refusal } from './adversary'
import type { Act } from './faulty-line'
import { elapse, type Life, step } from './life'
import { nastyText } from './property'
import { GRACE_MS } from './setup'

class Command implements fc.AsyncCommand<object, Life> {
  readonly words: string
  readonly act: (real: Life) => unknown

  constructor(words: string, act: (real: Life) => unknown) {
    this.words = words
    this.act = act
  }
  check = () => true
  run = (_: object, real: Life) => step(real, () => this.act(real))
  toString = () => this.words
}

const share = fc.constantFrom(0.2, 0.5, 1)
const refusal = fc.constantFrom<Refusal>(
  ...([401, 404, 409, 429, 500, 503, 'network', 'hang', 'html', 'empty', 'stale'] as const),
  ...(['foreign', 'redirect', 'hold', 'hold', 'transcode'] as const),
)
const act = fc.constantFrom<Act>(
  'more',
  'more',
  'more',
  'again',
  'skip',
  'garbage',
  'ping',
  'hold',
  'release',
  'drop',
  'truncate',
  'end',
  'lose-end',
)
/** Half of what is sent arrives as it was sent. */
const cut = fc.oneof(fc.constant(0), fc.nat(60))
const always = (words: string, run: (real: Life) => unknown) => fc.constant(new Command(words, run))

/** Everything that may happen in a life. */
export const commands = [
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
  ...Array.from({ length: 3 }, () =>
    share.map(
      (at) =>
        new Command(`produce and persist ${at}`, ({ server }) => {
          server.produce(at)
          server.persist(at)
        }),
    ),
  ),
  nastyText(12).map((fresh) => new Command(`restart ${JSON.stringify(fresh)}`, ({ server }) => server.restart(fresh))),
  fc
    .constantFrom<TerminalStatus>('done', 'error', 'timeout', 'stopped')
    .map((as) => new Command(`close ${as}`, ({ server }) => server.close(as))),
  refusal.map((what) => new Command(`refuse ${what}`, ({ server }) => server.refusals.push(what))),
  ...Array.from({ length: 10 }, () =>
    fc
      .tuple(fc.nat(3), act, fc.integer({ min: 1, max: 12 }), cut)
      .map(
        ([which, what, length, cut]) =>
          new Command(`${what} ${which} ${length} ${cut}`, ({ server }) => server.act(which, what, length, cut)),
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
