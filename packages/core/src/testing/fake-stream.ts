import type { Environment } from '../environment'
import type { LiveSource, SnapshotSource, StopSource } from '../types'
import { checkFake } from './check-fake'
import { createFakeClock, type FakeClock } from './fake-clock'
import { createFakeServer, type FakeRequest, type FakeServerOptions } from './fake-server'
import { createFakeSources } from './fake-sources'

export interface FakeStreamOptions extends FakeServerOptions {
  /** How persisted text is read: followed, polled, or pushed. @default 'tail' */
  readonly snapshotAs?: 'tail' | 'fetcher' | 'subscription' | undefined
  /** Driving again joins the running generation. @default true */
  readonly canRepeat?: boolean | undefined
  /** A connection that is silent for this long is closed, in milliseconds. @default 25000 */
  readonly stallMs?: number | undefined
  /** `false`: the page reports that it has no network, although it has one. @default true */
  readonly onLine?: boolean | undefined
  /** Use it to share a clock between several fakes, or to set other frames. @default a new one */
  readonly clock?: FakeClock | undefined
  /** Replaces the clock. Use `globalThis` for a client on the global timers, faked or not. */
  readonly environment?: Environment | undefined
}

export interface FakeStream {
  /** For `createStreamClient(fake.sources)`: the sources, and the environment they use. */
  readonly sources: {
    readonly live: LiveSource
    readonly snapshot: SnapshotSource
    readonly stop: StopSource
    readonly environment: Environment
  }
  readonly clock: FakeClock
  /** Every request, in order. */
  readonly requests: readonly FakeRequest[]
  /** How many of them drove. */
  readonly drives: number
  /** How many connections are open. */
  readonly open: number
  /**
   * Lets time pass until everything is delivered and no timer waits, at most `maxMs` (ten minutes). Rejects if that is not
   * enough, if no reader received the end, or if a planned fault has happened to no stream.
   *
   * With your own `environment` you control the time. Then this resolves when a reader has received the end.
   */
  finish(maxMs?: number): Promise<void>
}

/**
 * A server without a network, as sources for a client. The text is written as the clock advances, and the planned faults
 * always happen in the same way. Each id is a separate stream.
 *
 * @throws {StreamError} `invalid-option`
 */
export function fakeStream(options: FakeStreamOptions): FakeStream {
  checkFake(options)
  const { clock = createFakeClock(), snapshotAs = 'tail' } = options
  const environment = options.environment ?? clock
  const server = createFakeServer(options, environment)
  let isEndReceived = false
  let onEnd = () => {}
  const endReceived = new Promise<void>((resolve) => {
    onEnd = resolve
  })
  const sources = createFakeSources(server, environment, options, () => {
    isEndReceived = true
    onEnd()
  })

  return {
    sources: {
      live: sources.live,
      snapshot: sources[snapshotAs],
      stop: sources.stop,
      environment: options.onLine === undefined ? environment : withNetwork(environment, options.onLine),
    },
    clock,
    requests: server.requests,
    get drives() {
      return server.requests.filter(({ kind }) => kind === 'drive').length
    },
    get open() {
      return server.open
    },
    async finish(maxMs) {
      const isQuiet = options.environment ? await endReceived.then(() => true) : await clock.drain(maxMs)
      if (!isQuiet || !isEndReceived) {
        const problem = isEndReceived ? 'a timer still waits' : 'no reader received the end'
        throw problemOf(problem, 'Is a reader attached, does one drive, and does each fault pass?')
      }
      const { left } = server
      if (left.length)
        throw problemOf(
          `never happened: ${left.join(', ')}`,
          'Is the text that long, and does a reader get there to which it can happen? If a reader starts later, let time pass with `clock.advance` first.',
        )
    },
  }

  function problemOf(problem: string, cure: string) {
    const streams = [...server.texts].map(([id, { text }]) => `"${id}" is ${text.status}, ${text.storedLength} stored`)
    const facts = [...streams, `${server.requests.length} requests`, `${server.open} open`].join('; ')
    return new Error(`@keepstream/core/testing: ${problem} (${facts}). ${cure}`)
  }
}

/** The same environment, with another value of `navigator.onLine`. */
function withNetwork(environment: Environment, onLine: boolean): Environment {
  const { requestAnimationFrame, addEventListener, document } = environment
  return {
    setTimeout: (run, ms) => environment.setTimeout(run, ms),
    clearTimeout: (timer) => environment.clearTimeout(timer),
    get Date() {
      return environment.Date
    },
    requestAnimationFrame: requestAnimationFrame && ((run) => environment.requestAnimationFrame?.(run)),
    addEventListener: addEventListener && ((...event) => environment.addEventListener?.(...event)),
    document,
    navigator: { onLine },
  }
}
