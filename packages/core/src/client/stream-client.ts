import { atom, type ReadableAtom } from 'nanostores'
import type { Environment } from '../environment'
import { StreamError } from '../errors'
import { initialState, type SessionState } from '../merge/session-state'
import type { Backoff } from '../session/backoff'
import { checkInitial } from '../session/check-source'
import { createConnectionSlots } from '../session/connection-slots'
import { createSession } from '../session/session'
import { segmentOf } from '../sources/stream-url'
import type { Initial, Snapshot, StreamEvent, StreamSources, StreamState } from '../types'
import { guarded } from './guarded'
import { addListener, subscribe, type TextListener } from './listen'
import { createPublisher } from './publish'
import { stopStream } from './stop'

export interface StreamClientOptions extends StreamSources {
  /** The waits between polls that bring nothing new, in milliseconds. @default { minMs: 250, maxMs: 5000 } */
  readonly poll?: Backoff | undefined
  /**
   * The waits between attempts that fail, in milliseconds. A server's `Retry-After` counts up to `maxMs`.
   * @default { minMs: 500, maxMs: 30000 }
   */
  readonly retry?: Backoff | undefined
  /**
   * How long a connection may take to bring its first byte, in milliseconds. After that, short requests read the text with
   * the waits of `poll` until the connection gets through. `connection` is `polling` meanwhile. `Infinity` turns that off.
   * @default 4000
   */
  readonly pollAfterMs?: number | undefined
  /** How long new text may wait to be published, in milliseconds. An animation frame publishes it earlier. @default 100 */
  readonly publishMs?: number | undefined
  /** How long the client reads on after the last reader has left, in milliseconds. @default 1000 */
  readonly graceMs?: number | undefined
  /** How many streams without a reader keep their state. Together they keep at most 1 Mi code units. @default 50 */
  readonly maxIdle?: number | undefined
  /**
   * How many connections the client holds open, at least 1. A drive never waits, and followers share the rest. A browser
   * allows six connections to a server over HTTP/1.1, and `stop()` needs one. @default 4
   */
  readonly maxLive?: number | undefined
  /** Called in a microtask with each event of each stream, in order. If it throws, reading goes on. */
  readonly onEvent?: ((event: StreamEvent) => void) | undefined
  /** Timers, frames, and events of the page and the network. @default globalThis */
  readonly environment?: Environment | undefined
}

export interface AttachOptions {
  /**
   * This reader's user asked for the text, so the client drives the stream. One such reader of an id is enough, and it stays
   * in effect after that reader leaves. Where driving can be repeated (`canRepeat`, as with `keepstream`), it may always be
   * `true`, after a reload too: driving starts a stream that never began, resumes one that no process writes any more, and
   * otherwise joins. Other sources are driven only once, and only while the stream is `pending`. @default false
   */
  readonly driven?: boolean | undefined
  /**
   * The whole text from offset 0 that the page was rendered with, or a `StreamState` that was kept. With `epoch` and `base`,
   * reading goes on from its end. Without an epoch it is shown, read again from the start, and compared. Text that has ended
   * is used as it is, without a request.
   */
  readonly initial?: Initial | undefined
}

/** One text. In one client an id is one stream, for any number of readers. */
export interface TextStream {
  /** `undefined`: the stream shows nothing yet. */
  readonly id: string | undefined
  /** What a page shows. Listening to it does not attach a reader. */
  readonly $state: ReadableAtom<StreamState>
  /** Adds a reader, and starts to read in a microtask. Returns a function that removes the reader; it may be called twice. */
  attach(options?: AttachOptions): () => void
  /** Attaches a reader and calls back with each state, the first time at once, as a Svelte store does. */
  subscribe(listener: (state: StreamState) => void, options?: AttachOptions): () => void
  /** Calls back with the text that is added, when it is published. If `offset` is below the shown length, cut there first. */
  onText(listener: (delta: string, offset: number) => void): () => void
  /**
   * Requests the server to stop the generation. Resolves once a terminal status is shown. Until then the client reads on,
   * even after all readers have left. Rejects with `stop-unsupported` without a stop source, with `no-stream` without an id,
   * or with the reason why the request could not be delivered.
   */
  stop(): Promise<void>
  /**
   * Tries again at once after a failure, during a wait, or if a drive never began. Call it when the user asks for it.
   * Without a reader, and while all is well, it does nothing.
   */
  retry(): void
}

export interface StreamClient {
  /**
   * Finds or creates the stream of an id. It has no side effect, so a render that is never committed may call it. `initial`
   * must be whole.
   *
   * @throws {StreamError} `invalid-option` for an id that is empty, `.`, `..`, or no well-formed text
   */
  stream(id: string | undefined, options?: Pick<AttachOptions, 'initial'>): TextStream
}

/** How much text all streams without a reader may keep together, in UTF-16 code units. */
const MAX_IDLE_LENGTH = 1024 * 1024

/**
 * Creates the client. An application needs one, or one for each backend it reads from.
 *
 * @throws {StreamError} `invalid-option`
 */
export function createStreamClient({
  poll = { minMs: 250, maxMs: 5000 },
  retry = { minMs: 500, maxMs: 30_000 },
  pollAfterMs = 4000,
  publishMs = 100,
  graceMs = 1000,
  maxIdle = 50,
  maxLive = 4,
  onEvent,
  environment = globalThis,
  ...sources
}: StreamClientOptions): StreamClient {
  const { live, snapshot, stop } = sources
  const isSource = typeof snapshot === 'function' || ['open', 'subscribe'].some((act) => act in (snapshot ?? {}))
  if (!isSource) throw invalid('createStreamClient needs `snapshot`, such as fetchSnapshot({ url })')
  // Without a wait between attempts, a fast server would get an endless series of requests.
  for (const { minMs, maxMs } of [poll, retry])
    if (!(minMs > 0 && maxMs > 0)) throw invalid('`poll` and `retry` need 0 < `minMs` <= `maxMs`')
  if (!(pollAfterMs > 0)) throw invalid('`pollAfterMs` must be above 0, or `Infinity`')
  if (!(maxLive >= 1)) throw invalid('`maxLive` must be at least 1')
  const slots = createConnectionSlots(maxLive)

  /** Weak references: a component or reader holds its stream. A render that is never committed leaves nothing behind. */
  const streams = new Map<string | undefined, WeakRef<TextStream>>()
  /** Doubled each time, so that the cost of creating a stream does not grow with their number. */
  let sweepAt = 64
  /** Keeps a stream alive while an application holds only its `$state`. */
  const owners = new WeakMap<object, TextStream>()
  const attached = new Set<TextStream>()
  const idle = new Set<TextStream>()
  const begun = new Set<string>()

  function createStream(id: string | undefined, initial?: Snapshot): TextStream {
    const listeners = new Set<TextListener>()
    const first = initialState(live?.canRepeat, begun.has(id as string), initial)
    const $state = atom(view(first))
    const readers = new Set<Pick<AttachOptions, 'driven'>>()
    let grace: unknown
    let published = first
    /** The last state that the text listeners received. */
    let sent = first

    const publish = createPublisher(
      () => {
        guarded(() => {
          published = session.state
          $state.set(view(published))
        })
        const { text: before, cuts } = sent
        sent = published
        const { text } = sent
        if (!listeners.size || text === before) return
        // The two texts have to be compared only if text was cut since.
        let offset = sent.cuts === cuts ? before.length : 0
        while (offset < before.length && text[offset] === before[offset]) offset++
        for (const listener of listeners) guarded(() => listener(text.slice(offset), offset))
      },
      publishMs,
      environment,
    )

    const session = createSession(
      id as string,
      first,
      { ...sources, environment, poll, retry, pollAfterMs, onEvent, slots },
      (state, before) => {
        if (state.drive === 'begun') begun.add(id as string)
        const isNew = state.text !== before.text || epochOf(state) !== epochOf(before)
        const isUrgent = visible.some((key) => state[key] !== before[key]) || (isNew && !before.text)
        if (isNew || isUrgent) publish(isUrgent)
      },
    )

    function leave() {
      attached.delete(stream)
      idle.add(stream)
      let count = maxIdle
      let budget = MAX_IDLE_LENGTH
      for (const one of [...idle].reverse()) {
        const { length } = one.$state.get().text
        if (count-- > 0 && length <= budget) budget -= length
        else idle.delete(one)
      }
      session.dispatch({ type: 'detached' })
    }

    const stream: TextStream = {
      id,
      $state,
      attach({ driven, ...given } = {}) {
        const initial = checkInitial(given.initial)
        if (driven && !live) throw invalid('attach({ driven: true }) needs `live` in createStreamClient')
        if (id === undefined) return () => {}
        const reader = { driven }
        readers.add(reader)
        environment.clearTimeout(grace as never)
        attached.add(stream)
        idle.delete(stream)
        if (initial) {
          session.dispatch({ type: 'hydrated', initial })
          // The reader's own page shows this text already, so it must not wait for a frame.
          if (session.state.text !== sent.text) publish(true)
        }
        // A reader that leaves in the same tick, as in React's StrictMode, must cost no request.
        queueMicrotask(() => {
          const isDriven = [...readers].some((one) => one.driven)
          if (readers.has(reader)) session.dispatch({ type: 'attached', driven: isDriven })
        })
        return () => {
          if (!readers.delete(reader) || readers.size) return
          if (/idle|closed/.test(session.state.connection)) leave()
          else grace = environment.setTimeout(leave, graceMs)
        }
      },
      subscribe: (listener, options) => subscribe($state, () => stream.attach(options), listener),
      onText: (listener) => addListener(listeners, listener),
      async stop() {
        if (id === undefined) throw new StreamError('no-stream', 'stop() needs an id')
        if (!stop) throw new StreamError('stop-unsupported', 'stop() needs `stop` in createStreamClient')
        await stopStream(session, $state, environment, stream.attach, (signal) => stop({ id, signal }))
      },
      retry: () => session.dispatch({ type: 'retried' }),
    }
    owners.set($state, stream)
    return stream
  }

  return {
    stream(id, options = {}) {
      if (id !== undefined) segmentOf(id)
      const initial = checkInitial(options.initial)
      const found = streams.get(id)?.deref()
      if (found) return found
      if (streams.size > sweepAt) {
        for (const [key, one] of streams) one.deref() || streams.delete(key)
        sweepAt = 2 * streams.size + 64
      }
      const stream = createStream(id, id === undefined ? undefined : initial)
      streams.set(id, new WeakRef(stream))
      return stream
    },
  }
}

/** The state that `initial` alone gives, for the render on a server and for the first render in the browser. */
export function initialStreamState(initial?: Initial): StreamState {
  return view(initialState(false, false, checkInitial(initial)))
}

const visible = ['status', 'connection', 'error', 'isCaughtUp', 'cuts', 'isStalled', 'finishReason'] as const

function view(state: SessionState): StreamState {
  const { text, status, connection, error, isCaughtUp, cuts, isStalled, finishReason } = state
  const epoch = epochOf(state)
  const base = epoch === undefined ? undefined : state.base
  return { text, epoch, base, status, connection, error, isCaughtUp, isReconciled: cuts > 0, isStalled, finishReason }
}

/** The epoch, once all of the text is known to belong to it. Only then can a copy of the text be checked. */
function epochOf({ text, verified, epoch }: SessionState): number | undefined {
  return verified < text.length ? undefined : epoch
}

function invalid(message: string) {
  return new StreamError('invalid-option', message)
}
