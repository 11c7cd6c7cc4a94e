import { atom } from 'nanostores'
import { StreamError, type StreamErrorCode } from '../errors'
import { guarded } from '../guarded'
import { initialState } from '../merge/reduce'
import type { Kept, Policy, SessionState } from '../merge/session-state'
import { checkInitial } from '../session/check-source'
import { connectionLimit } from '../session/connection-limit'
import { createConnectionSlots } from '../session/connection-slots'
import { createPageHub } from '../session/page-signals'
import { createSession } from '../session/session'
import { segmentOf } from '../sources/stream-url'
import type { DriveRequest, Initial, Origin, SnapshotTail, StreamState } from '../types'
import type { StreamClient, StreamClientOptions, TextStream } from './client-types'
import { addListener, subscribe, type TextListener } from './listen'
import { createPublisher } from './publish'
import { publishState, type Reader } from './publish-state'
import { handled, stopStream } from './stop'

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
  throttleMs,
  graceMs = 1000,
  maxIdle = 50,
  maxLive,
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
  // Timers treat a longer time as none.
  if (throttleMs && !(throttleMs > 0 && throttleMs < 2 ** 31))
    throw invalid('`throttleMs` must be from 0 to 2147483647')
  if (!((maxLive ?? 1) >= 1)) throw invalid('`maxLive` must be at least 1')
  const policy: Policy = {
    canRepeat: !!live?.canRepeat,
    follows: typeof snapshot === 'function' ? 'polls' : 'open' in snapshot ? 'tail' : 'subscription',
    canPoll: !('open' in snapshot) || !!snapshot.read,
    poll,
    retry,
    now: () => (environment.Date ?? Date).now(),
    isHidden: () => !!environment.document?.hidden,
  }
  const slots = createConnectionSlots(() => maxLive ?? connectionLimit(environment, (snapshot as SnapshotTail).url))
  const pageHub = createPageHub(environment)
  const schedule = createPublisher(throttleMs, environment)

  /** Weak references: a component or reader holds its stream. A render that is never committed leaves nothing behind. */
  const streams = new Map<string | undefined, WeakRef<TextStream>>()
  /** Doubled each time, so that the cost of creating a stream does not grow with their number. */
  let sweepAt = 64
  /** Keeps a stream alive while an application holds only its `$state`. */
  const owners = new WeakMap<object, TextStream>()
  /** What holds a stream: a reader, a text listener, or that its text may be shown again. */
  const attached = new Set<TextStream>()
  const listening = new Set<TextStream>()
  const idle = new Set<TextStream>()
  const begun = new Set<string>()
  /** Makes a stream forget its text. */
  const resets = new WeakMap<TextStream, () => void>()

  function createStream(id: string | undefined, initial?: Kept): TextStream {
    const listeners = new Set<TextListener>()
    const first = initialState(initial, policy, begun.has(id as string))
    const $state = atom(view(first))
    const readers = new Set<Reader>()
    /** What is sent with a drive. */
    let driveRequest: DriveRequest | undefined
    let grace: unknown
    let stopping: Promise<void> | undefined
    let published = first
    /** The last state that the text listeners received. */
    let sent = first
    /** What was appended since then while somebody listened. If that is not the whole difference, the texts are compared. */
    let added = ''

    function publish() {
      published = session.state
      publishState($state, view(published), readers)
      const { text: before, cuts } = sent
      const [appended, { text }] = [added, published]
      sent = published
      added = ''
      if (!listeners.size || text === before) return
      const isAppended = sent.cuts === cuts && before.length + appended.length === text.length
      let offset = isAppended ? before.length : 0
      while (offset < before.length && text[offset] === before[offset]) offset++
      const delta = isAppended ? appended : text.slice(offset)
      for (const listener of listeners) guarded(() => listener(delta, offset))
    }

    const session = createSession(
      id as string,
      first,
      { ...sources, environment, pollAfterMs, onEvent, slots, pageHub, driveRequest: () => driveRequest },
      (state, before, delta, isTextOnly) => {
        if (listeners.size && delta) added += delta
        // The first text is shown at once.
        if (isTextOnly && before.text) return schedule(publish, false)
        if (state.drive === 'begun') begun.add(id as string)
        const isNew = state.text !== before.text || originOf(state) !== originOf(before)
        const isUrgent = visible.some((key) => state[key] !== before[key]) || (isNew && !before.text)
        if (isNew || isUrgent) schedule(publish, isUrgent)
      },
    )

    function keepRequest() {
      for (const { start } of readers) if (typeof start === 'object') driveRequest ??= start
    }

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
      attach({ start, onEnd, ...given } = {}) {
        const initial = checkInitial(given.initial)
        if (start && !live) throw invalid('attach({ start: true }) needs `live` in createStreamClient')
        if (id === undefined) return () => {}
        const reader: Reader = { start }
        readers.add(reader)
        keepRequest()
        environment.clearTimeout(grace as never)
        attached.add(stream)
        idle.delete(stream)
        if (initial) {
          session.dispatch({ type: 'hydrated', initial })
          // The reader's own page shows this text already, so it must not wait for a frame.
          if (session.state.text !== sent.text) schedule(publish, true)
        }
        reader.onEnd = onEnd
        // A reader that leaves in the same tick, as in React's StrictMode, must cost no request.
        queueMicrotask(() => {
          const driven = [...readers].some((one) => one.start)
          if (readers.has(reader)) session.dispatch({ type: 'attached', driven })
        })
        return () => {
          if (!readers.delete(reader) || readers.size) return
          if (/idle|failed|closed/.test(session.state.connection)) leave()
          else grace = environment.setTimeout(leave, graceMs)
        }
      },
      subscribe: (listener, options) => subscribe($state, () => stream.attach(options), listener),
      onText(listener) {
        const remove = addListener(listeners, listener)
        listening.add(stream)
        return () => {
          remove()
          if (!listeners.size) listening.delete(stream)
        }
      },
      stop() {
        const fail = (code: StreamErrorCode, words: string) => handled(Promise.reject(new StreamError(code, words)))
        if (id === undefined) return fail('no-stream', 'stop() needs an id')
        if (!stop) return fail('stop-unsupported', 'stop() needs `stop` in createStreamClient')
        const isOver = () => {
          stopping = undefined
        }
        const request = (signal: AbortSignal) => stop({ id, signal })
        stopping ??= handled(stopStream(session, $state, environment, stream.attach, request).finally(isOver))
        return stopping
      },
      retry: () => session.dispatch({ type: 'retried' }),
    }
    owners.set($state, stream)
    resets.set(stream, () => {
      driveRequest = undefined
      keepRequest()
      session.dispatch({ type: 'cleared' })
      if (readers.size) session.dispatch({ type: 'attached' })
    })
    return stream
  }

  const known = () => [...streams.values()].flatMap((one) => one.deref() ?? [])

  return {
    streams: () => known().filter(({ id }) => id !== undefined),
    clear() {
      idle.clear()
      for (const stream of known()) resets.get(stream)?.()
    },
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
  return view(initialState(checkInitial(initial)))
}

/** What a binding uses without a fold: the stream and its state as they are. */
export const noFold = {
  ofStream: (stream: TextStream): TextStream => stream,
  ofState: (state: StreamState): StreamState => state,
}

const visible = [
  'status',
  'connection',
  'error',
  'retrying',
  'isCaughtUp',
  'cuts',
  'isStalled',
  'isStopping',
  'finishReason',
] as const

function view(state: SessionState): StreamState {
  const { text, status, connection, error, retrying, isCaughtUp, cuts, isStalled, isStopping, finishReason } = state
  const facts = {
    text,
    origin: originOf(state),
    isCaughtUp,
    isReconciled: cuts > 0,
    isStalled,
    isStopping,
    finishReason,
  }
  // The reducer keeps the fields together as the type says.
  return { ...facts, status, connection, error, retrying } as StreamState
}

/** The origin, once all of the text is known to have it. Only then can a copy of the text be checked. */
function originOf({ text, verified, origin }: SessionState): Origin | undefined {
  return verified < text.length ? undefined : origin
}

function invalid(message: string) {
  return new StreamError('invalid-option', message)
}
