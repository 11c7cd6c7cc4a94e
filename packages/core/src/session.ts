import { type BackOff, backOff } from './back-off'
import { checkChunk, checkConnection, checkEnd, checkFailure, checkSnapshot } from './check-answer'
import { type Environment, hearSignals } from './environment'
import { toSourceError } from './errors'
import { lookOnce } from './look-once'
import { watchSilence } from './silence'
import { type News, type PieceOutcome, type Reading, reduce, type SessionEvent, type SessionState } from './state'
import type { Turn, Turns } from './turns'
import {
  isTerminal,
  type LiveSink,
  type SourceRequest,
  type StreamEvent,
  type StreamSources,
  type SubscriptionSink,
  type TailSink,
} from './types'

/** A look that has brought no answer after so long is given up for the next one, which may take as much longer, up to four times. */
const LOOK_MS = 30_000

export interface SessionOptions extends StreamSources {
  readonly environment: Environment
  /** Between looks that bring nothing new. */
  readonly poll: BackOff
  /** Between attempts that fail. */
  readonly retry: BackOff
  readonly onEvent?: ((event: StreamEvent) => void) | undefined
  /** Shared by all sessions of a client. */
  readonly turns: Turns
}

export interface Session {
  readonly state: SessionState
  dispatch(event: SessionEvent): void
}

/** Carries out what a state asks for: one attempt at a time, each with its own signal. */
export function createSession(
  id: string,
  state: SessionState,
  { live, snapshot, environment, poll, retry, onEvent, turns }: SessionOptions,
  onChange: (state: SessionState, before: SessionState) => void,
): Session {
  let running = new AbortController()

  function dispatch(event: SessionEvent) {
    const before = state
    let piece: PieceOutcome | undefined
    state = reduce(
      before,
      event,
      onEvent &&
        ((outcome) => {
          piece = outcome
        }),
    )
    if (onEvent) report(before, piece, onEvent)
    if (state === before) return
    const isNew = state.attempt !== before.attempt
    if (isNew) running.abort()
    onChange(state, before)
    // Whoever heard of the change may have caused the next attempt already.
    if (isNew && running.signal.aborted) {
      running = new AbortController()
      perform(running.signal)
    }
  }

  /** In microtasks, so that a listener finds every change made, and one that throws interrupts none. */
  function report(before: SessionState, piece: PieceOutcome | undefined, tell: (event: StreamEvent) => void) {
    const { phase, attempt, text, status, error } = state
    const isCut = state.cuts !== before.cuts
    if (piece) {
      const { outcome, ...place } = piece
      const type = isCut ? 'reconciled' : outcome
      const source = before.phase === 'driving' ? 'live' : 'snapshot'
      // News of the status alone is no piece.
      if (place.length || type !== 'duplicate') queueMicrotask(() => tell({ type, id, source, ...place }))
    } else if (isCut)
      queueMicrotask(() => tell({ type: 'reconciled', id, source: 'snapshot', offset: text.length, length: 0 }))
    if (attempt !== before.attempt) queueMicrotask(() => tell({ type: phase, id, offset: text.length, status, error }))
  }

  function perform(signal: AbortSignal) {
    const { attempt, phase, looks, retryAfterMs = 0 } = state
    const isDriving = phase === 'driving'
    const onAbort = (undo: () => void) => (signal.aborted ? undo() : signal.addEventListener('abort', undo))
    const after = (ms: number, run: () => void) => {
      const timer = environment.setTimeout(run, ms) as never
      onAbort(() => environment.clearTimeout(timer))
    }

    const tell = (news: News) => dispatch({ type: 'told', attempt, news })
    const back = () => dispatch({ type: 'woken', attempt })
    if (phase === 'waiting') {
      const offline = () => tell({ connection: 'offline' })
      const isOffline = () => environment.navigator?.onLine === false
      // A server that asks for patience gets it, however often somebody looks.
      const seen = () => retryAfterMs || isOffline() || back()
      hearSignals(environment, { back, seen, online: back, offline }, signal)
      const waitMs = Math.max(backOff(state.failures, retry), Math.min(retryAfterMs, retry.maxMs))
      after(waitMs, () => (isOffline() ? offline() : back()))
      if (isOffline()) offline()
    }
    if (!isDriving && phase !== 'following') return

    let seen = () => {}
    hearSignals(environment, { back, seen: () => seen() }, signal)

    const isLook = !isDriving && typeof snapshot === 'function'
    const { stallMs = isLook && LOOK_MS * Math.min(Math.max(0, looks) + 1, 4) } = (isDriving ? live : snapshot) as {
      stallMs?: number
    }
    let heard = () => {}
    const position = () => ({ id, offset: state.text.length, epoch: state.epoch })
    const closed = () => dispatch({ type: 'closed', attempt })
    const failed = (cause: unknown) => dispatch({ type: 'failed', attempt, error: checkFailure(cause) })
    let aside = new AbortController()
    onAbort(() => aside.abort())
    // A channel without keep-alives is silent while a model thinks: it is given up only for a store that knows more.
    const question = () => {
      aside.abort()
      const look = new AbortController()
      aside = look
      lookOnce(snapshot, { ...position(), signal: look.signal })
        .then(checkSnapshot)
        .then(
          ({ offset = 0, text, status, upToDate }) =>
            isTerminal(status) || upToDate === false || offset + text.length > state.text.length,
          // Reading on as a follower will show why. A look that fails otherwise says nothing of the channel.
          (cause) => !/network|server|limited/.test(toSourceError(cause).code),
        )
        .then((isBehind) => {
          const isAsked = !look.signal.aborted
          look.abort()
          if (isBehind && isAsked) closed()
        })
    }
    /** Takes what a source says, unless it is malformed: that ends the attempt, and is not thrown at whoever said it. */
    const take =
      <Said, Answer>(check: (said: Said) => Answer, use: (answer: Answer) => void) =>
      (said: Said) => {
        let answer: Answer
        try {
          answer = check(said)
        } catch (cause) {
          return failed(cause)
        }
        use(answer)
      }
    const read = (reading: Reading) => {
      heard()
      dispatch({ type: 'read', attempt, reading })
      if (reading.upToDate !== false) turns.fed(turn)
    }
    const sink: LiveSink & TailSink & Omit<SubscriptionSink, 'lost'> = {
      chunk: take(checkChunk, (chunk) => read({ ...chunk, status: 'streaming' })),
      end: take(checkEnd, ({ end, ...rest }) => read({ ...rest, offset: end, text: '' })),
      next: take(checkSnapshot, (snapshot) => read({ ...snapshot, isSnapshot: true })),
      fail: (cause) => tell({ error: checkFailure(cause) }),
      connection: take(checkConnection, (connection) => tell({ connection })),
      alive() {
        tell({ connection: 'live' })
        heard()
      },
    }

    async function open(request: SourceRequest): Promise<unknown> {
      seen = () => {}
      if (stallMs || isDriving) {
        const watch = watchSilence(stallMs || LOOK_MS, stallMs ? closed : question, environment, signal)
        heard = watch.heard
        seen = watch.check
      }
      if (isDriving) return live?.open(request, sink)
      if (typeof snapshot === 'function') return sink.next(await snapshot(request))
      if ('open' in snapshot) return snapshot.open(request, sink)
      return new Promise((_, lost) => onAbort(snapshot.subscribe(request, { ...sink, lost })))
    }
    const begin = () => {
      open({ ...position(), signal }).then(closed, failed)
    }
    const turn: Turn = {
      begin() {
        // A source that never answers must not keep others waiting.
        after(LOOK_MS, () => turns.fed(turn))
        begin()
      },
      end: closed,
    }
    const ask = () => onAbort(turns.follow(turn))
    if (isDriving) onAbort(turns.drive())
    // Looks are short, and a subscription shares a connection of its own.
    const run = !isDriving && 'open' in snapshot ? ask : begin
    if (looks > 0 && !isDriving) {
      seen = back
      after(backOff(looks, poll), run)
    } else run()
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}
