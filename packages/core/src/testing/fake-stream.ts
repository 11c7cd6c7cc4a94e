import type { Environment } from '../environment'
import type { LiveSource, SnapshotSource, StopSource } from '../types'
import { checkFake } from './check-fake'
import { createFakeClock, type FakeClock } from './fake-clock'
import { createFakeServer, type FakeRequest, type FakeServerOptions } from './fake-server'
import { createFakeSources } from './fake-sources'

export interface FakeStreamOptions extends FakeServerOptions {
  /** How persisted text is read: followed, asked for, or pushed. @default 'tail' */
  readonly snapshotAs?: 'tail' | 'fetcher' | 'subscription' | undefined
  /** Driving again joins the running generation. @default true */
  readonly canRepeat?: boolean | undefined
  /** After how much silence a connection is given up, in milliseconds. @default 25000 */
  readonly stallMs?: number | undefined
  /** `false`: the page says that it has no network, although it has. @default true */
  readonly onLine?: boolean | undefined
  /** To share a clock between several fakes, or to give it other frames. @default a new one */
  readonly clock?: FakeClock | undefined
  /** Instead of the clock, for a client on the global timers, faked or not: `globalThis`. */
  readonly environment?: Environment | undefined
}

export interface FakeStream {
  /** For `createStreamClient(fake.sources)`: the sources, and the clock they live by. */
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
   * Lets time pass until everything is told and nothing is waited for, at most `maxMs` (ten minutes). Rejects when that
   * is not enough, when nobody was told the end, or when something that was asked to go wrong has befallen no stream.
   *
   * With an environment of your own time passes there, and this is over when a reader was told the end.
   */
  finish(maxMs?: number): Promise<void>
}

/**
 * A server without a network: sources for a client, in which the text is written as the clock passes and everything goes
 * wrong that is asked for, always in the same way. Each id is a stream of its own.
 *
 * @throws {StreamError} `invalid-option`
 */
export function fakeStream(options: FakeStreamOptions): FakeStream {
  checkFake(options)
  const { clock = createFakeClock(), snapshotAs = 'tail' } = options
  const environment = options.environment ?? clock
  const server = createFakeServer(options, environment)
  let isEndTold = false
  let tellEnd = () => {}
  const endTold = new Promise<void>((resolve) => {
    tellEnd = resolve
  })
  const sources = createFakeSources(server, environment, options, () => {
    isEndTold = true
    tellEnd()
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
      const isQuiet = options.environment ? await endTold.then(() => true) : await clock.drain(maxMs)
      if (!isQuiet || !isEndTold) {
        const problem = isEndTold ? 'something still waits' : 'nobody was told the end'
        throw problemOf(problem, 'Is a reader attached, does one drive, and does each fault pass?')
      }
      const { left } = server
      if (left.length)
        throw problemOf(
          `never happened: ${left.join(', ')}`,
          'Is the text that long, and does a reader come there who can meet it? Where one is still to come, let time pass with `clock.advance` first.',
        )
    },
  }

  function problemOf(problem: string, cure: string) {
    const streams = [...server.texts].map(([id, { text }]) => `"${id}" is ${text.status}, ${text.storedLength} stored`)
    const facts = [...streams, `${server.requests.length} requests`, `${server.open} open`].join('; ')
    return new Error(`@keepstream/core/testing: ${problem} (${facts}). ${cure}`)
  }
}

/** The same world, but for what it says of its network. */
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
