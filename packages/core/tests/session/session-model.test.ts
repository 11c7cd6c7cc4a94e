import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isTerminal } from '../../src/types'
import type { Speech } from '../support/adversary'
import { settle, useFakeTime } from '../support/fake-time'
import { begin, elapse, type Life, step } from '../support/life'
import { commands } from '../support/life-commands'
import { checkAsync, nastyText, patienceMs } from '../support/property'
import { GRACE_MS } from '../support/setup'

/*
 * A life is one stream on one page, from the first request to the end. The client is the real one, with its real sources and
 * a fake `fetch`, so all bytes of the wire are read. Up to 40 random commands come first: readers attach, leave, stop, retry
 * and reload; the page hides, freezes, sleeps and loses its network; the server writes, stores, dies and refuses; the network
 * divides, delays, loses, adds and changes bytes. Then the faults stop, and the stream has to reach its end.
 *
 * After every command a life checks what is shown (`expectPromises`):
 *
 * - P1: it is a prefix of the true text, also while bytes are changed on the way, and also of what a cut leaves.
 * - P2, P9: it shrinks only where `isReconciled` is true, and that only where a generation was lost or bytes were changed.
 * - P3: `done` comes with exactly the true text, and in the end all that was stored is shown.
 * - P4: a terminal status is the server's own.
 * - P6: a backend whose drives are not idempotent is driven once, unless a person asks.
 * - P11: once everybody has left, no request, timer or listener is left.
 * - P13: the status only moves up.
 * - S20: `error` is set only when nothing more is tried. And there is no hot loop of requests.
 *
 * Half of the lives speak framed text. In these the client goes on with events for ten minutes where framed text does not get
 * through, and only there. A fifth are on a server that knows only events, and the rest on a backend with raw text and JSON.
 */

useFakeTime()

const speech = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Speech>('framed') },
  { weight: 2, arbitrary: fc.constant<Speech>('events') },
  { weight: 3, arbitrary: fc.constant<Speech>('plain') },
)

/** What the lives have met. */
const met = { framed: 0, events: 0, raw: 0, fallbacks: 0, changes: 0 }

async function live(text: string, spoken: Speech, list: Iterable<fc.AsyncCommand<object, Life>>) {
  const real = begin(text, spoken)
  const { server, page } = real
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

  for (const form of ['framed', 'events', 'raw'] as const) met[form] += server.served[form]
  if (spoken === 'framed') met.fallbacks += server.served.events
  met.changes += server.changes
}

describe('a page with a stream, at a server that does everything wrong', () => {
  it(
    'keeps its promises after every step, and reaches the end once the faults cease',
    async () => {
      await checkAsync(
        fc.asyncProperty(nastyText(24), speech, fc.commands(commands, { maxCommands: 40, size: 'max' }), live),
        500,
      )
      expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(0)
    },
    patienceMs(300_000),
  )
})
