import type { Backoff } from '../backoff'
import type { Environment } from '../environment'
import { isFinal, type SourceError, toSourceError } from '../errors'
import { reduce } from '../merge/reduce'
import type { ConnectionUpdate, SessionEvent, SessionState, Update } from '../merge/session-state'
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
import { watchChannel } from './channel-watch'
import { checkChunk, checkConnection, checkEnd, checkFailure, checkSnapshot } from './check-source'
import type { ConnectionSlots, Slot } from './connection-slots'
import type { PageHub } from './page-signals'
import { readOnce } from './read-once'
import { reportTransition } from './report-transition'
import { shortRead } from './short-read'
import { watchForStall } from './stall-watchdog'

/** A poll without a result is given up after this time, in milliseconds. The next one may take as much longer, up to four times. */
const POLL_MS = 30_000

/** After this time without a failure, counted from the first byte, the waits after failures start small again, in milliseconds. */
const PROVEN_MS = 10_000

export interface SessionOptions extends StreamSources {
  readonly environment: Environment
  /** The waits between short reads that bring nothing new. */
  readonly poll: Backoff
  /** The longest wait that a server may request for short reads. */
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
  /** When the first byte arrived since the last wait after a failure, in any attempt. */
  let healthySince = Infinity
  const { Date: clock = Date } = environment

  function dispatch(event: SessionEvent) {
    const before = state
    const { state: next, chunk } = reduce(before, event)
    state = next
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
    const { attempt, phase, idlePolls, policy, untilMs = 0 } = state
    const isDriving = phase === 'driving'
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
    const wakeUp = () => dispatch({ type: 'wakeUp', attempt })
    let onSignal = () => {}
    const page = (page: (SessionEvent & { type: 'page' })['page']) => () => {
      dispatch({ type: 'page', attempt, page })
      if (!signal.aborted) onSignal()
    }
    if (isDriving || phase === 'following' || phase === 'waiting')
      pageHub.listen(
        {
          pageResumed: page('resumed'),
          pageVisible: page('visible'),
          online: page('online'),
          offline: page('offline'),
        },
        signal,
      )
    if (phase === 'waiting') {
      healthySince = Infinity
      after(untilMs - clock.now(), wakeUp)
      // Only for display: it is wrong on many machines, so it never keeps the client from trying.
      if (environment.navigator?.onLine === false) page('offline')()
    }
    if (!isDriving && phase !== 'following') return

    const isPolled = !isDriving && policy.follows === 'polls'
    const { stallMs = isPolled && POLL_MS * Math.min(idlePolls + 1, 4) } = (isDriving ? live : snapshot) as {
      stallMs?: number
    }
    let onBytes = (_chunks: number) => {}
    let isOpen = false
    let reads = 0
    const trust = () => {
      slots.isHeld = false
      dispatch({ type: 'proven', attempt })
    }
    const position = () => ({ id, offset: state.verified, epoch: state.origin?.epoch })
    const over = (
      how:
        | { readonly type: 'closed'; readonly isStall?: boolean }
        | { readonly type: 'failed'; readonly error: SourceError },
    ) => dispatch({ ...how, attempt, isProven: clock.now() - healthySince >= PROVEN_MS })
    const closed = () => over({ type: 'closed' })
    const failed = (cause: unknown) => over({ type: 'failed', error: checkFailure(cause) })
    const isAhead = ({ offset, text, status, upToDate }: Snapshot) =>
      isTerminal(status) || upToDate === false || offset + text.length > state.text.length

    const isTail = !isDriving && policy.follows === 'tail'
    const { canPoll } = policy
    const isChannel = (isDriving || isTail) && canPoll
    const isPolledBeside = isChannel && (state.channel !== 'trusted' || slots.isHeld)
    const channel = watchChannel({
      pollAfterMs: isChannel ? pollAfterMs : Infinity,
      poll,
      environment,
      signal,
      // Closing a drive that cannot be repeated may end the result, so a burst is no reason to compare it with the store.
      checksBursts: isTail || !!live?.canRepeat,
      readBeside,
      held() {
        slots.isHeld = true
        dispatch({ type: 'suspected', attempt, isSilent: !channel.hasReceived })
      },
      proven: trust,
    })
    const onStall = () => over({ type: 'closed', isStall: true })

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
      if (isChannel && (isNew || state.channel === 'silent')) show({ connection: 'polling' })
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
    const read = (reading: Update) => {
      onBytes(reading.text ? 1 : 0)
      dispatch({ type: 'read', attempt, reading })
      if (reading.upToDate !== false) slots.caughtUp(slot)
    }
    const sink: LiveSink & TailSink & Omit<SubscriptionSink, 'lost'> = {
      chunk: take(checkChunk, (chunk) => read({ ...chunk, status: 'streaming' })),
      end: take(checkEnd, ({ end, ...rest }) => read({ ...rest, offset: end, text: '' })),
      next: take(checkSnapshot, (snapshot) => read({ ...snapshot, isSnapshot: true })),
      fail: (cause) => show({ error: checkFailure(cause) }),
      connection: take(checkConnection, (connection) => show({ connection })),
      alive() {
        onBytes(0)
        if (!channel.isPolledBeside) show({ connection: 'live' })
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
        if (state.channel === 'silent') dispatch({ type: 'received', attempt })
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
    const slot: Slot = {
      begin() {
        // A source that never brings anything must not keep its slot for ever.
        after(POLL_MS, () => slots.caughtUp(slot))
        begin()
      },
      end: closed,
    }
    const waitForSlot = () => onAbort(slots.follow(slot))
    if (isDriving) onAbort(slots.drive())
    // Polls are short, and a subscription shares a connection of its own, so neither needs a slot.
    const run = isTail ? waitForSlot : begin
    if (isPolledBeside) channel.poll()
    if (!untilMs) return run()
    after(untilMs - clock.now(), () => {
      wakeUp()
      run()
    })
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}
