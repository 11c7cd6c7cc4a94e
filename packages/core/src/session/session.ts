import type { Environment } from '../environment'
import { isFinal, type SourceError, toSourceError } from '../errors'
import {
  type ChunkOutcome,
  type ConnectionUpdate,
  reduce,
  type SessionEvent,
  type SessionState,
  type Update,
} from '../merge/session-state'
import {
  isTerminal,
  type LiveSink,
  type Snapshot,
  type SourceRequest,
  type StreamEvent,
  type StreamSources,
  type SubscriptionSink,
  type TailSink,
} from '../types'
import { type Backoff, backoffMs } from './backoff'
import { watchChannel } from './channel-watch'
import { checkChunk, checkConnection, checkEnd, checkFailure, checkSnapshot } from './check-source'
import type { ConnectionSlots, Slot } from './connection-slots'
import { listenToPage } from './page-signals'
import { readOnce } from './read-once'
import { shortRead } from './short-read'
import { watchForStall } from './stall-watchdog'

/** A look that has brought no answer after so long is given up for the next one, which may take as much longer, up to four times. */
const LOOK_MS = 30_000

/** A channel that brought nothing at all is opened again after so long, in milliseconds; meanwhile short reads do. */
const AGAIN_MS = 30_000

/** After so long without a failure, from the first byte on, the waits after failures begin anew, in milliseconds. */
const PROVEN_MS = 10_000

export interface SessionOptions extends StreamSources {
  readonly environment: Environment
  /** Between looks that bring nothing new. */
  readonly poll: Backoff
  /** Between attempts that fail. */
  readonly retry: Backoff
  /** How long a connection may take to bring its first byte, in milliseconds. */
  readonly pollAfterMs: number
  readonly onEvent?: ((event: StreamEvent) => void) | undefined
  /** Shared by all sessions of a client. */
  readonly slots: ConnectionSlots
}

export interface Session {
  readonly state: SessionState
  dispatch(event: SessionEvent): void
}

/** Carries out what a state asks for: one attempt at a time, each with its own signal. */
export function createSession(
  id: string,
  state: SessionState,
  { live, snapshot, environment, poll, retry, pollAfterMs, onEvent, slots }: SessionOptions,
  onChange: (state: SessionState, before: SessionState) => void,
): Session {
  let running = new AbortController()
  /** The last channel was held back on its way or fell silent: short reads go out beside the next one from the start. */
  let isSuspect = false
  /** It has brought nothing at all. */
  let isMute = false
  /** When the first byte came since the last wait after a failure, of whichever attempt. */
  let wellSince = Infinity
  const { Date: clock = Date } = environment

  function dispatch(event: SessionEvent) {
    const before = state
    let piece: ChunkOutcome | undefined
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
      startAttempt(running.signal)
    }
  }

  /** In microtasks, so that a listener finds every change made, and one that throws interrupts none. */
  function report(before: SessionState, piece: ChunkOutcome | undefined, tell: (event: StreamEvent) => void) {
    const { phase, attempt, text, status, error } = state
    const isCut = state.cuts !== before.cuts
    if (piece) {
      const { outcome, ...place } = piece
      const type = isCut ? 'reconciled' : outcome
      // News of the status alone is no piece.
      if (place.length || type !== 'duplicate') queueMicrotask(() => tell({ type, id, ...place }))
    } else if (isCut)
      queueMicrotask(() => tell({ type: 'reconciled', id, source: 'snapshot', offset: text.length, length: 0 }))
    if (attempt !== before.attempt) queueMicrotask(() => tell({ type: phase, id, offset: text.length, status, error }))
  }

  function startAttempt(signal: AbortSignal) {
    const { attempt, phase, idlePolls, retryAfterMs = 0 } = state
    const isDriving = phase === 'driving'
    const undos: (() => void)[] = []
    signal.addEventListener('abort', () => {
      for (const undo of undos) undo()
    })
    const onAbort = (undo: () => void) => (signal.aborted ? undo() : undos.push(undo))
    const after = (ms: number, run: () => void) => {
      const timer = environment.setTimeout(run, ms) as never
      onAbort(() => environment.clearTimeout(timer))
    }

    const tell = (news: ConnectionUpdate) => dispatch({ type: 'connectionChanged', attempt, news })
    const pageResumed = () => dispatch({ type: 'wakeUp', attempt })
    if (phase === 'waiting') {
      wellSince = Infinity
      const offline = () => tell({ connection: 'offline' })
      // A server that asks for patience gets it, however often somebody looks.
      const pageVisible = () => retryAfterMs || pageResumed()
      listenToPage(environment, { pageResumed, pageVisible, online: pageResumed, offline }, signal)
      after(Math.max(backoffMs(state.failures, retry), Math.min(retryAfterMs, retry.maxMs)), pageResumed)
      // Only a word for the screen: it is wrong on many machines, so that it keeps nothing from being tried.
      if (environment.navigator?.onLine === false) offline()
    }
    if (!isDriving && phase !== 'following') return

    let sign = () => {}
    listenToPage(environment, { pageResumed, pageVisible: () => sign(), online: () => sign() }, signal)

    const isLook = !isDriving && typeof snapshot === 'function'
    const { stallMs = isLook && LOOK_MS * Math.min(Math.max(0, idlePolls) + 1, 4) } = (isDriving ? live : snapshot) as {
      stallMs?: number
    }
    let heard = (_pieces: number) => {}
    let isOpen = false
    let reads = 0
    const believe = () => {
      isSuspect = slots.isHeld = isMute = false
      tell({ connection: 'live' })
    }
    const position = () => ({ id, offset: state.verified, epoch: state.epoch })
    const over = (how: { readonly type: 'closed' } | { readonly type: 'failed'; readonly error: SourceError }) =>
      dispatch({ ...how, attempt, isProven: clock.now() - wellSince >= PROVEN_MS })
    const closed = () => over({ type: 'closed' })
    const failed = (cause: unknown) => over({ type: 'failed', error: checkFailure(cause) })
    const isAhead = ({ offset = 0, text, status, upToDate }: Snapshot) =>
      isTerminal(status) || upToDate === false || offset + text.length > state.text.length

    const isTail = !isDriving && 'open' in snapshot
    const canPoll = !('open' in snapshot) || !!snapshot.read
    const isChannel = (isDriving || isTail) && canPoll
    const isDoubted = isChannel && (isSuspect || slots.isHeld)
    const isLate = isDoubted && isMute && isTail
    /** It is known to bring less than short reads do, and not only suspected. */
    let isHeld = isLate
    const channel = watchChannel({
      pollAfterMs: isChannel ? pollAfterMs : Infinity,
      poll,
      environment,
      signal,
      // To give up a drive that cannot be repeated may end the answer: a lump is no reason to ask whether it is behind.
      mindsLumps: isTail || !!live?.canRepeat,
      readBeside: readBeside,
      held() {
        isSuspect = slots.isHeld = true
        isMute = !channel.hasSpoken
        isHeld ||= isMute
      },
      proven: believe,
    })
    const silent = () => {
      isSuspect ||= isChannel
      closed()
    }

    /** What a short read brings beside a channel is shown, unless the channel has begun and can tell the rest itself. */
    async function readBeside(until: AbortSignal) {
      const before = reads
      let answer: Snapshot
      try {
        answer = await shortRead(snapshot, position(), until, environment)
      } catch (cause) {
        const { code, retryAfterMs = 0 } = toSourceError(cause)
        if (until.aborted) return false
        // A drive is asked for what the store may not have yet, and lives without the store.
        if (isDriving && isFinal(code)) return 'enough'
        if (!isDriving && (isFinal(code) || code === 'diverged')) failed(cause)
        return Math.min(retryAfterMs, retry.maxMs)
      }
      if (until.aborted) return false
      const isNews = isAhead(answer)
      if (isDriving && channel.hasSpoken) {
        // A drive that spoke meanwhile lives: what the store had first is on its way.
        const isBehind = isNews && reads === before
        if (isBehind) closed()
        if (stallMs) return false
        // Without keep-alives its silence says nothing: the next question comes in its own time.
        if (!isBehind) believe()
        return 'enough'
      }
      if (isChannel && (isNews || isHeld)) tell({ connection: 'polling' })
      dispatch({ type: 'read', attempt, reading: { ...answer, isSnapshot: true } })
      if (isOpen && answer.upToDate !== false) slots.caughtUp(turn)
      // What was asked before hangs.
      if (isLook) closed()
      return isNews
    }

    let aside = new AbortController()
    onAbort(() => aside.abort())
    // A channel without keep-alives is silent while a model thinks: it is given up only for a store that knows more.
    const probe = () => {
      aside.abort()
      const look = new AbortController()
      aside = look
      readOnce(snapshot, { ...position(), signal: look.signal })
        .then(checkSnapshot)
        .then(
          isAhead,
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
    const read = (reading: Update) => {
      heard(reading.text ? 1 : 0)
      dispatch({ type: 'read', attempt, reading })
      if (reading.upToDate !== false) slots.caughtUp(turn)
    }
    const sink: LiveSink & TailSink & Omit<SubscriptionSink, 'lost'> = {
      chunk: take(checkChunk, (chunk) => read({ ...chunk, status: 'streaming' })),
      end: take(checkEnd, ({ end, ...rest }) => read({ ...rest, offset: end, text: '' })),
      next: take(checkSnapshot, (snapshot) => read({ ...snapshot, isSnapshot: true })),
      fail: (cause) => tell({ error: checkFailure(cause) }),
      connection: take(checkConnection, (connection) => tell({ connection })),
      alive() {
        heard(0)
        if (!channel.isDoubted) tell({ connection: 'live' })
      },
    }

    async function open(request: SourceRequest): Promise<unknown> {
      isOpen = true
      // Nobody asks after a subscription, which reconnects by itself, nor after a tail that has no short reads.
      const canAsk = isDriving || isLook || (canPoll && isTail)
      const ask = () => canAsk && channel.probe()
      const watch =
        (stallMs || isDriving) && watchForStall(stallMs || LOOK_MS, stallMs ? silent : probe, ask, environment, signal)
      heard = (pieces) => {
        reads++
        // A clock that is set back must not leave it in the future.
        if (!signal.aborted) wellSince = Math.min(wellSince, clock.now())
        if (watch) watch.heard()
        isMute = false
        channel.received(pieces)
      }
      sign = () => {
        if (watch) watch.check()
        ask()
      }
      channel.opened()
      if (isChannel && slots.isHeld) channel.poll()
      if (isDriving) return live?.open(request, sink)
      if (typeof snapshot === 'function') return sink.next(await snapshot(request))
      if ('open' in snapshot) return snapshot.open(request, sink)
      return new Promise((_, lost) => onAbort(snapshot.subscribe(request, { ...sink, lost })))
    }
    const begin = () => {
      open({ ...position(), signal }).then(closed, failed)
    }
    const turn: Slot = {
      begin() {
        // A source that never answers must not keep others waiting.
        after(LOOK_MS, () => slots.caughtUp(turn))
        begin()
      },
      end: closed,
    }
    const ask = () => onAbort(slots.follow(turn))
    if (isDriving) onAbort(slots.drive())
    // Looks are short, and a subscription shares a connection of its own.
    const run = isTail ? ask : begin
    if (isDoubted) channel.poll()
    if (isLate || (idlePolls > 0 && !isDriving)) {
      sign = () => {
        isMute = false
        pageResumed()
      }
      after(isLate ? AGAIN_MS : backoffMs(idlePolls, poll), run)
    } else run()
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}
