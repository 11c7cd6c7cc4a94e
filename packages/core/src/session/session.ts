import type { Environment } from '../environment'
import { isFinal, type SourceError, toSourceError } from '../errors'
import { reduce } from '../merge/reduce'
import type { ChunkOutcome, ConnectionUpdate, SessionEvent, SessionState, Update } from '../merge/session-state'
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
import type { ConnectionSlots } from './connection-slots'
import type { PageHub } from './page-signals'
import { readOnce } from './read-once'
import { reportTransition } from './report-transition'
import { shortRead } from './short-read'
import { watchForStall } from './stall-watchdog'
import { takeTurns } from './take-turns'

/** A poll without a result is given up after this time, in milliseconds. The next one may take as much longer, up to four times. */
const POLL_MS = 30_000

/** A channel that brought nothing at all is opened again after this time, in milliseconds. Short reads bring the text meanwhile. */
const REOPEN_MS = 30_000

/** After this time without a failure, counted from the first byte, the waits after failures start small again, in milliseconds. */
const PROVEN_MS = 10_000

export interface SessionOptions extends StreamSources {
  readonly environment: Environment
  /** The waits between polls that bring nothing new. */
  readonly poll: Backoff
  /** The waits between attempts that fail. */
  readonly retry: Backoff
  /** How long a connection may take to bring its first byte, in milliseconds. */
  readonly pollAfterMs: number
  readonly onEvent?: ((event: StreamEvent) => void) | undefined
  /** Both are shared by all sessions of a client. */
  readonly slots: ConnectionSlots
  readonly pageHub: PageHub
}

export interface Session {
  readonly state: SessionState
  dispatch(event: SessionEvent): void
}

/** Does what the state asks for: one attempt at a time, each with its own signal. */
export function createSession(
  id: string,
  state: SessionState,
  { live, snapshot, environment, poll, retry, pollAfterMs, onEvent, slots, pageHub }: SessionOptions,
  onChange: (state: SessionState, before: SessionState, delta: string | undefined) => void,
): Session {
  let running = new AbortController()
  /** The last channel was held back on its way, or stalled: short reads are sent beside the next one from the start. */
  let isSuspect = false
  /** The last channel has brought nothing at all. */
  let isSilent = false
  /** The last connection was closed because its slot went to another follower. */
  let isHandedOver = false
  /** When the first byte arrived since the last wait after a failure, in any attempt. */
  let healthySince = Infinity
  const { Date: clock = Date } = environment

  function dispatch(event: SessionEvent) {
    const before = state
    let chunk: ChunkOutcome | undefined
    state = reduce(before, event, (outcome) => {
      chunk = outcome
    })
    if (onEvent) reportTransition(id, before, state, chunk, onEvent)
    if (state === before) return
    const isNew = state.attempt !== before.attempt
    if (isNew) running.abort()
    onChange(state, before, chunk?.delta)
    // A listener may have started the next attempt already.
    if (isNew && running.signal.aborted) {
      running = new AbortController()
      startAttempt(running.signal)
    }
    if (isNew) pageHub.settle()
  }

  function startAttempt(signal: AbortSignal) {
    const { attempt, phase, idlePolls, retryAfterMs = 0 } = state
    const isDriving = phase === 'driving'
    const wasHandedOver = isHandedOver
    isHandedOver = false
    const cleanups: (() => void)[] = []
    signal.addEventListener('abort', () => {
      for (const cleanUp of cleanups) cleanUp()
    })
    const onAbort = (cleanUp: () => void) => (signal.aborted ? cleanUp() : cleanups.push(cleanUp))
    const after = (ms: number, run: () => void) => {
      const timer = environment.setTimeout(run, ms) as never
      onAbort(() => environment.clearTimeout(timer))
    }

    const show = (update: ConnectionUpdate) => dispatch({ type: 'connectionChanged', attempt, update })
    const pageResumed = () => dispatch({ type: 'wakeUp', attempt })
    if (phase === 'waiting') {
      healthySince = Infinity
      const offline = () => show({ connection: 'offline' })
      // A wait that the server requested is kept, also when the page becomes visible.
      const pageVisible = () => retryAfterMs || pageResumed()
      pageHub.listen({ pageResumed, pageVisible, online: pageResumed, offline }, signal)
      after(Math.max(backoffMs(state.failures, retry), Math.min(retryAfterMs, retry.maxMs)), pageResumed)
      // Only for display: it is wrong on many machines, so it never keeps the client from trying.
      if (environment.navigator?.onLine === false) offline()
    }
    if (!isDriving && phase !== 'following') return

    let onSignal = () => {}
    pageHub.listen({ pageResumed, pageVisible: () => onSignal(), online: () => onSignal() }, signal)

    const isPolled = !isDriving && typeof snapshot === 'function'
    const { stallMs = isPolled && POLL_MS * Math.min(Math.max(0, idlePolls) + 1, 4) } = (
      isDriving ? live : snapshot
    ) as {
      stallMs?: number
    }
    let onBytes = (_chunks: number) => {}
    let isOpen = false
    let reads = 0
    const trust = () => {
      isSuspect = slots.isHeld = isSilent = false
      show({ connection: 'live' })
    }
    const position = () => ({ id, offset: state.verified, epoch: state.origin?.epoch })
    const over = (how: { readonly type: 'closed' } | { readonly type: 'failed'; readonly error: SourceError }) =>
      dispatch({ ...how, attempt, isProven: clock.now() - healthySince >= PROVEN_MS })
    const closed = () => over({ type: 'closed' })
    const failed = (cause: unknown) => over({ type: 'failed', error: checkFailure(cause) })
    const isAhead = ({ offset, text, status, upToDate }: Snapshot) =>
      isTerminal(status) || upToDate === false || offset + text.length > state.text.length

    const isTail = !isDriving && 'open' in snapshot
    const canPoll = !('open' in snapshot) || !!snapshot.read
    const isChannel = (isDriving || isTail) && canPoll
    const isPolledBeside = isChannel && (isSuspect || slots.isHeld)
    const isLate = isPolledBeside && isSilent && isTail
    /** The channel is known, and not only suspected, to bring less than short reads do. */
    let isHeld = isLate
    const channel = watchChannel({
      pollAfterMs: isChannel ? pollAfterMs : Infinity,
      poll,
      environment,
      signal,
      // Closing a drive that cannot be repeated may end the result, so a burst is no reason to compare it with the store.
      checksBursts: isTail || !!live?.canRepeat,
      readBeside,
      held() {
        isSuspect = slots.isHeld = true
        isSilent = !channel.hasReceived
        isHeld ||= isSilent
      },
      proven: trust,
    })
    const onStall = () => {
      isSuspect ||= isChannel
      closed()
    }

    /** Reads the text beside a channel and shows it, unless the channel is a drive that has begun: that brings the rest itself. */
    async function readBeside(until: AbortSignal) {
      const before = reads
      let result: Snapshot
      try {
        result = await shortRead(snapshot, position(), until, environment)
      } catch (cause) {
        const { code, retryAfterMs = 0 } = toSourceError(cause)
        if (until.aborted) return false
        // A drive brings what the store may not have yet, so a store that refuses does not end it.
        if (isDriving && isFinal(code)) return 'enough'
        if (!isDriving && (isFinal(code) || code === 'diverged')) failed(cause)
        return Math.min(retryAfterMs, retry.maxMs)
      }
      if (until.aborted) return false
      const isNew = isAhead(result)
      if (isDriving && channel.hasReceived) {
        // A drive that brought bytes meanwhile is alive: the text that the store had first is on its way.
        const isBehind = isNew && reads === before
        if (isBehind) closed()
        if (stallMs) return false
        // A drive without keep-alives may be silent and alive: the stall watchdog probes it again later.
        if (!isBehind) trust()
        return 'enough'
      }
      if (isChannel && (isNew || isHeld || !isOpen)) show({ connection: 'polling' })
      dispatch({ type: 'read', attempt, reading: { ...result, isSnapshot: true } })
      if (isOpen && result.upToDate !== false) slots.caughtUp(slot)
      // The poll that this read replaces hangs.
      if (isPolled) closed()
      return isNew
    }

    let probing = new AbortController()
    onAbort(() => probing.abort())
    // A channel without keep-alives is silent while a model thinks. It is closed only if the store has more.
    const probe = () => {
      probing.abort()
      const attempt = new AbortController()
      probing = attempt
      readOnce(snapshot, { ...position(), signal: attempt.signal })
        .then(checkSnapshot)
        .then(
          isAhead,
          // A refusal is shown by reading on as a follower. Any other failure says nothing about the channel.
          (cause) => !/network|server|limited/.test(toSourceError(cause).code),
        )
        .then((isBehind) => {
          const isCurrent = !attempt.signal.aborted
          attempt.abort()
          if (isBehind && isCurrent) closed()
        })
    }
    /** Checks what a source reports, and uses it. A malformed result ends the attempt; it is not thrown into the source. */
    const take =
      <Raw, Checked>(check: (raw: Raw) => Checked, use: (result: Checked) => void) =>
      (raw: Raw) => {
        let result: Checked
        try {
          result = check(raw)
        } catch (cause) {
          return failed(cause)
        }
        use(result)
      }
    const gotThrough = () => channel.isPolledBeside || show({ connection: 'live' })
    const read = (reading: Update) => {
      onBytes(reading.text ? 1 : 0)
      dispatch({ type: 'read', attempt, reading })
      if (reading.upToDate !== false) slots.caughtUp(slot)
      gotThrough()
    }
    const sink: LiveSink & TailSink & Omit<SubscriptionSink, 'lost'> = {
      chunk: take(checkChunk, (chunk) => read({ ...chunk, status: 'streaming' })),
      end: take(checkEnd, ({ end, ...rest }) => read({ ...rest, offset: end, text: '' })),
      next: take(checkSnapshot, (snapshot) => read({ ...snapshot, isSnapshot: true })),
      fail: (cause) => show({ error: checkFailure(cause) }),
      connection: take(checkConnection, (connection) => show({ connection })),
      alive() {
        onBytes(0)
        gotThrough()
      },
    }

    async function open(request: SourceRequest): Promise<unknown> {
      isOpen = true
      // A subscription is not probed, since it reconnects by itself, nor is a tail without short reads.
      const canProbe = isDriving || isPolled || (canPoll && isTail)
      const probeChannel = () => canProbe && channel.probe()
      const watch =
        (stallMs || isDriving) &&
        watchForStall(stallMs || POLL_MS, stallMs ? onStall : probe, probeChannel, environment, signal)
      onBytes = (chunks) => {
        reads++
        // If the clock is set back, this must not stay in the future.
        if (!signal.aborted) healthySince = Math.min(healthySince, clock.now())
        if (watch) watch.reset()
        isSilent = false
        channel.received(chunks)
      }
      onSignal = () => {
        if (watch) watch.check()
        probeChannel()
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
    const slot = takeTurns({
      slots,
      poll,
      signal,
      after,
      wasEnded: wasHandedOver,
      // A channel that is suspect gets short reads in any case.
      read: canPoll
        ? async (until) => {
            const before = state.verified
            const result = !channel.isPolledBeside && (await readBeside(until))
            return typeof result === 'number' ? result : state.idlePolls < 0 && state.verified > before
          }
        : undefined,
      begin,
      end() {
        isHandedOver = true
        closed()
      },
    })
    if (isDriving) onAbort(slots.drive())
    // Polls are short, and a subscription shares a connection of its own, so neither needs a slot.
    const run = isTail ? () => onAbort(slot.follow()) : begin
    if (isPolledBeside) channel.poll()
    if (isLate || (idlePolls > 0 && !isDriving && !wasHandedOver)) {
      onSignal = () => {
        isSilent = false
        pageResumed()
      }
      after(isLate ? REOPEN_MS : backoffMs(idlePolls, poll), run)
    } else run()
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}
