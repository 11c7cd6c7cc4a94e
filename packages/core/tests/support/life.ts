import {
  type AttachOptions,
  createStreamClient,
  fetchLive,
  fetchSnapshot,
  keepstream,
  type StreamState,
  type TextStream,
} from '@keepstream/core'
import { expect, vi } from 'vitest'
import { isTerminal, type StreamStatus } from '../../src/types'
import { createAdversary, type Speech } from './adversary'
import { fakePage } from './fake-page'
import { settle } from './fake-time'
import { GRACE_MS } from './setup'

/** A page with one stream, its server, and the observations so far. */
export interface Life {
  readonly server: ReturnType<typeof createAdversary>
  readonly page: ReturnType<typeof fakePage>
  stream: TextStream
  /** The stream of a reloaded page. */
  load(initial?: AttachOptions['initial']): TextStream
  /** A copy of the shown state. */
  kept?: AttachOptions['initial']
  reloads: number
  readonly speech: Speech
  readonly readers: (() => void)[]
  seen: StreamState
  startedAtMs: number
  commands: number
  retries: number
  stops: number
  /** The shown state and the server's state when `stop()` resolved. */
  stopped?: { readonly shown: StreamState; readonly status: StreamStatus }
}

/** A page whose stream has no reader yet. */
export function begin(text: string, speech: Speech): Life {
  // A run that failed may have left some, and shrinking runs on.
  vi.clearAllTimers()
  const page = fakePage()
  const server = createAdversary(text, speech)
  const { fetch } = server
  const options = { graceMs: GRACE_MS, poll: { minMs: 200, maxMs: 1600 }, retry: { minMs: 200, maxMs: 1600 } }
  const load: Life['load'] = (initial) => createPage().stream('a', { initial })
  const createPage = () =>
    speech === 'plain'
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
  return {
    server,
    page,
    stream,
    load,
    reloads: 0,
    speech,
    readers: [],
    seen,
    startedAtMs: Date.now(),
    commands: 0,
    retries: 0,
    stops: 0,
  }
}

const rank = (state: StreamState) => (isTerminal(state.status) ? 2 : state.status === 'streaming' ? 1 : 0)

/** Checks what holds after every command of a life: see session-model.test.ts. */
function expectPromises(real: Life) {
  const { server, stream, seen } = real
  const state = stream.$state.get()
  const { text } = state
  expect(
    server.epochs.some((epoch) => epoch.text.startsWith(text)),
    `P1: ${JSON.stringify(text)}`,
  ).toBe(true)
  const isRewritten = server.epochs.length > 1 || server.changes > 0
  if (!text.startsWith(seen.text)) expect(state.isReconciled, 'P2, P9').toBe(true)
  if (state.isReconciled) expect(isRewritten, 'P9').toBe(true)
  if (real.speech === 'framed' && !server.obstacles) expect(server.served.events, 'framed text got through').toBe(0)
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
  if (real.speech === 'plain') expect(server.drives, 'P6').toBeLessThanOrEqual(1 + real.retries + real.reloads)
  const elapsedMs = Date.now() - real.startedAtMs
  expect(server.fetch.requests.length, 'no hot loop').toBeLessThanOrEqual(10 + 3 * real.commands + elapsedMs / 50)
  real.seen = state
}

export async function step(real: Life, act: () => unknown) {
  real.commands++
  await act()
  await settle(6)
  expectPromises(real)
}

export async function elapse(ms: number) {
  const stepMs = Math.max(250, ms / 20)
  for (let left = ms; left > 0; left -= stepMs) {
    await vi.advanceTimersByTimeAsync(Math.min(left, stepMs))
    await settle(2)
  }
}
