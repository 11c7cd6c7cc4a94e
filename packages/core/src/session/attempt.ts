import type { Environment } from '../environment'
import type { SourceError } from '../errors'
import { isChannel as isChannelIn } from '../merge/reduce'
import type { ConnectionUpdate, SessionEvent, SessionState, Update } from '../merge/session-state'
import type { DriveRequest, SourceRequest, StreamEvent, StreamSources } from '../types'
import { readBeside } from './beside'
import { watchChannel } from './channel-watch'
import { checkFailure } from './check-source'
import type { ConnectionSlots } from './connection-slots'
import type { PageHub } from './page-signals'
import { createSink } from './sink'
import { watchForStall } from './stall-watchdog'
import { takeTurns } from './take-turns'

/** A poll without a result is given up after this time, in milliseconds. The next one may take as much longer, up to four times. */
const POLL_MS = 30_000

/** After this time without a failure, counted from the first byte, the waits after failures start small again, in milliseconds. */
const PROVEN_MS = 10_000

export interface SessionOptions extends StreamSources {
  readonly environment: Environment
  /** How long a connection may take to bring its first byte, in milliseconds. */
  readonly pollAfterMs: number
  readonly onEvent?: ((event: StreamEvent) => void) | undefined
  /** Both are shared by all sessions of a client. */
  readonly slots: ConnectionSlots
  readonly pageHub: PageHub
  /** What is sent with a drive. */
  driveRequest(): DriveRequest | undefined
}

/** The session that an attempt belongs to. */
export interface AttemptContext extends SessionOptions {
  readonly id: string
  /** The current state. */
  state(): SessionState
  dispatch(event: SessionEvent): void
  /** When the first byte arrived since the last failure, in any attempt. In milliseconds since 1970. */
  readonly health: { sinceMs: number }
}

/** Does what the state asks for, and reports what comes of it. All of it ends with `signal`. */
export function startAttempt(context: AttemptContext, signal: AbortSignal): void {
  const { live, snapshot, environment, pollAfterMs, slots, pageHub, id, state, dispatch, health } = context
  const { attempt, phase, idlePolls, policy, untilMs = 0, isHandedOver } = state()
  const { Date: clock = Date } = environment
  const isDriving = phase === 'driving'
  const isReading = isDriving || phase === 'following'
  if (!isReading && phase !== 'waiting') return

  const cleanUps = new Set<() => void>()
  signal.addEventListener('abort', () => {
    for (const cleanUp of cleanUps) cleanUp()
  })
  const onAbort = (cleanUp: () => void) => (signal.aborted ? cleanUp() : cleanUps.add(cleanUp))
  const after = (ms: number, run: () => void) => {
    const cancel = () => environment.clearTimeout(timer as never)
    const timer = environment.setTimeout(() => {
      cleanUps.delete(cancel)
      run()
    }, ms)
    onAbort(cancel)
  }
  const wakeUp = () => dispatch({ type: 'wakeUp', attempt })

  let onBack = () => {}
  pageHub.listen((page) => {
    dispatch({ type: 'page', attempt, page })
    if (!signal.aborted && page !== 'offline') onBack()
  }, signal)

  if (!isReading) {
    after(untilMs - clock.now(), wakeUp)
    // Only for display: it is wrong on many machines, so it never keeps the client from trying.
    if (environment.navigator?.onLine === false) dispatch({ type: 'page', attempt, page: 'offline' })
    return
  }

  const isPolled = !isDriving && policy.follows === 'polls'
  const isTail = !isDriving && policy.follows === 'tail'
  const isChannel = isChannelIn(state())
  const source = (isDriving ? live : snapshot) as { stallMs?: number }
  const { stallMs = isPolled && POLL_MS * Math.min(idlePolls + 1, 4) } = source
  let isOpen = false
  /** How often the connection has brought bytes. */
  let received = 0
  let onBytes = (_chunks: number) => {}

  const position = () => ({ id, offset: state().verified, epoch: state().origin?.epoch })
  const over = (
    how:
      | { readonly type: 'closed'; readonly isStall?: boolean; readonly isHandedOver?: boolean }
      | { readonly type: 'failed'; readonly error: SourceError },
  ) => dispatch({ ...how, attempt, isProven: clock.now() - health.sinceMs >= PROVEN_MS })
  const closed = () => over({ type: 'closed' })
  const failed = (cause: unknown) => over({ type: 'failed', error: checkFailure(cause) })
  const show = (update: ConnectionUpdate) => dispatch({ type: 'connectionChanged', attempt, update })
  const read = (reading: Update) => {
    // The short reads of a follower that has no connection yet.
    dispatch({ type: 'read', attempt, reading, isShort: isChannel && !isOpen })
    if (isOpen && reading.upToDate !== false) slots.caughtUp(slot)
  }
  const proven = () => {
    slots.isHeld = false
    dispatch({ type: 'proven', attempt })
  }

  const beside = readBeside({
    snapshot,
    environment,
    signal,
    isDriving,
    hasKeepAlives: !!stallMs,
    maxWaitMs: policy.retry.maxMs,
    shown: () => ({ text: state().text, position: position() }),
    received: () => received,
    read(snapshot, isNew) {
      if (isChannel && isOpen && (isNew || state().channel === 'silent')) show({ connection: 'polling' })
      read({ ...snapshot, isSnapshot: true })
      // The poll that this read replaces hangs.
      if (isPolled) closed()
    },
    closed,
    failed,
    proven,
  })
  const isPolledBeside = isChannel && (state().channel !== 'trusted' || slots.isHeld)
  const channel = watchChannel({
    pollAfterMs: isChannel ? pollAfterMs : Infinity,
    poll: policy.poll,
    environment,
    signal,
    // Closing a drive that cannot be repeated may end the result, so a burst is no reason to compare it with the store.
    checksBursts: isChannel && (isTail || policy.canRepeat),
    readBeside: beside.read,
    held() {
      slots.isHeld = true
      dispatch({ type: 'suspected', attempt, isSilent: !received })
    },
    proven,
  })

  const showLive = () => {
    if (state().connection !== 'live' && !channel.isPolledBeside) show({ connection: 'live' })
  }
  const sink = createSink({
    read(reading) {
      onBytes(reading.text ? 1 : 0)
      read(reading)
      // Beside a drive that the store refuses, the short reads have ended without proof.
      if (isDriving) showLive()
    },
    show,
    alive() {
      onBytes(0)
      showLive()
    },
    failed,
  })

  async function open(request: SourceRequest): Promise<unknown> {
    isOpen = true
    // A subscription is not probed, since it reconnects by itself, nor is a tail without short reads.
    const canProbe = isDriving || isPolled || isChannel
    const probeChannel = () => canProbe && channel.probe()
    const onStall = () => over({ type: 'closed', isStall: true })
    const watch =
      (stallMs || isDriving) &&
      watchForStall(stallMs || POLL_MS, stallMs ? onStall : beside.probe, probeChannel, environment, signal)
    onBytes = (chunks) => {
      received++
      const now = clock.now()
      // If the clock is set back, this must not stay in the future.
      if (!signal.aborted) health.sinceMs = Math.min(health.sinceMs, now)
      if (watch) watch.reset(now)
      if (state().channel === 'silent') dispatch({ type: 'received', attempt })
      channel.received(now, chunks)
    }
    onBack = () => {
      if (watch) watch.check()
      probeChannel()
    }
    channel.opened()
    if (isChannel && slots.isHeld) channel.poll()
    if (isDriving) return live?.open({ ...request, start: context.driveRequest() }, sink)
    if (typeof snapshot === 'function') return sink.next(await snapshot(request))
    if ('open' in snapshot) return snapshot.open(request, sink)
    return new Promise((_, lost) => onAbort(snapshot.subscribe(request, { ...sink, lost })))
  }
  const begin = () => {
    open({ ...position(), signal }).then(closed, failed)
  }

  const slot = takeTurns({
    slots,
    poll: policy.poll,
    signal,
    after,
    wasEnded: isHandedOver,
    // A channel that is suspect gets short reads in any case.
    read: policy.canPoll
      ? async (until) => {
          const { verified } = state()
          const result = !channel.isPolledBeside && (await beside.read(until))
          return typeof result === 'number' ? result : state().isBehind && state().verified > verified
        }
      : undefined,
    begin,
    end: () => over({ type: 'closed', isHandedOver: true }),
  })
  if (isDriving) onAbort(slots.drive())
  // Polls are short, and a subscription shares a connection of its own, so neither needs a slot.
  const run = () => {
    if (!isTail) return begin()
    onAbort(slot.follow())
    if (!isOpen) dispatch({ type: 'queued', attempt })
  }
  if (isPolledBeside) channel.poll()
  const pauseEnds = () => {
    wakeUp()
    run()
  }
  if (untilMs) after(untilMs - clock.now(), pauseEnds)
  else run()
}
