import type { Report } from '../events'
import { type Expiry, expired } from '../heads/expiry'
import type { Heads } from '../heads/heads'
import type { StoreHealth } from '../heads/store-health'
import type { ResolvedOptions } from '../options/create-streams-options'
import { shuttingDown } from '../reading/shutting-down'
import type { TextRange } from '../reading/text-source'
import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import type { EventLoopYield } from '../timing/event-loop-yield'
import { appendTo } from './append-to'
import { claimStream } from './claim'
import { consume } from './consume'
import type { Producer } from './producer'
import { createRun, type Run } from './run'
import { watchRun } from './run-watch'
import { streamErrors } from './stream-errors'

/** The result of `open`. */
export type Opened =
  | { readonly type: 'run'; readonly run: Run }
  /** It has ended, or is produced in another process. */
  | { readonly type: 'stored'; readonly head: StreamHead }
  | { readonly type: 'gone' }

export interface StartOptions {
  readonly producer: Producer
  readonly canResume: boolean
}

/** The runs of this process. */
export interface Runs {
  /**
   * Joins the run of this stream, or claims the stream and starts a run. Concurrent calls share one claim, one run and
   * one call of the producer (P6). Rejects with `store`, or with `shutting-down` after `drain` was called, unless the
   * stream has ended.
   */
  open(id: string, start: StartOptions): Promise<Opened>
  /**
   * Waits for a stream that another process has claimed. If it lapses, it is resumed here with `start`, and `onRun`
   * gets the run. Returns a function that ends the wait.
   */
  resumeWhenExpired(id: string, start: StartOptions, onRun: (run: Run) => void): () => void
  /** Resumes a lapsed stream if a drive waits for that here. Returns whether one does. */
  resume(id: string): boolean
  /** Producers of this process can continue a text, so that a later drive may still resume a lapsed stream. */
  canResume: boolean
  /** The run. While its claim is in flight, it waits for the result. */
  find(id: string): Promise<Run | undefined>
  /** Stops the run of this process. While its claim is in flight, the stop request is kept. */
  stop(id: string): void
  isProducing(id: string): boolean
  /** See `Run.readStored`. `undefined` too if no run of this process produces the stream. */
  readStored(id: string, offset: number, max: number): TextRange | undefined
  /** See `Persister.storeBeyond`. It does nothing if no run of this process produces the stream. */
  storeBeyond(id: string, offset: number): void
  /** Refuses new runs, lets running ones finish, and then ends the rest as `error`. Idempotent. */
  drain(): Promise<void>
}

interface Claiming {
  run: Run | undefined
  isStopRequested: boolean
}

interface Entry extends Claiming {
  readonly opened: Promise<Opened>
}

/** Resumes a stream here when it lapses, and passes the run. Returns a function that ends the wait. */
export type ResumeWhenExpired = (onRun: (run: Run) => void) => () => void

interface ResumeWaiter {
  readonly start: StartOptions
  readonly onRun: (run: Run) => void
}

export interface RunsOptions extends ResolvedOptions {
  readonly report: Report
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly heads: Heads
  readonly yieldToEventLoop: EventLoopYield
}

export function createRuns(options: RunsOptions): Runs {
  const { environment, report, expiry, health, heads } = options
  const { store, flush, maxLength, settleMs, yieldToEventLoop } = options
  const entries = new Map<string, Entry>()
  const waiters = new Map<string, Set<ResumeWaiter>>()
  let drained: Promise<void> | undefined
  let isOver = false

  const runs: Runs = {
    canResume: false,
    open(id, start) {
      runs.canResume ||= start.canResume
      const known = entries.get(id)
      if (known) return known.opened
      if (drained) return ended(id)
      const claiming: Claiming = { run: undefined, isStopRequested: false }
      const entry: Entry = Object.assign(claiming, { opened: openEntry(id, claiming, start) })
      entries.set(id, entry)
      const forget = () => entries.delete(id)
      entry.opened.then(({ type }) => type !== 'run' && forget(), forget)
      return entry.opened
    },
    resumeWhenExpired(id, start, onRun) {
      const waiter = { start, onRun }
      const known = waiters.get(id) ?? new Set()
      waiters.set(id, known.add(waiter))
      return () => {
        known.delete(waiter)
        if (known.size === 0 && waiters.get(id) === known) waiters.delete(id)
      }
    },
    resume(id) {
      const [first] = waiters.get(id) ?? []
      if (!first || drained) return false
      if (!entries.has(id)) {
        const passRun = (opened: Opened) => {
          if (opened.type !== 'run') return
          for (const { onRun } of [...(waiters.get(id) ?? [])]) onRun(opened.run)
        }
        // A failure of the store is reported already, and the next poll tries again.
        runs.open(id, first.start).then(passRun, () => undefined)
      }
      return true
    },
    async find(id) {
      const entry = entries.get(id)
      // The caller of `open` gets the error of a failed claim. Here it means that there is no run.
      await entry?.opened.catch(() => undefined)
      return entry?.run
    },
    stop(id) {
      const entry = entries.get(id)
      if (entry) entry.isStopRequested = true
      entry?.run?.stop()
    },
    isProducing: (id) => entries.get(id)?.run !== undefined,
    readStored: (id, offset, max) => entries.get(id)?.run?.readStored(offset, max),
    storeBeyond: (id, offset) => entries.get(id)?.run?.storeBeyond(offset),
    drain() {
      drained ??= drain()
      return drained
    },
  }
  return runs

  /** After `drain` nothing is started, but a text that is whole can still be read. */
  async function ended(id: string): Promise<Opened> {
    if (isOver) throw shuttingDown()
    const [head] = await options.store.heads([id])
    if (!head) return { type: 'gone' }
    if (!isTerminal(head.status)) throw shuttingDown()
    return { type: 'stored', head }
  }

  async function openEntry(id: string, entry: Claiming, start: StartOptions): Promise<Opened> {
    const release = heads.hold(id)
    try {
      return await claimAndRun(id, entry, start)
    } finally {
      release()
    }
  }

  async function claimAndRun(id: string, entry: Claiming, start: StartOptions): Promise<Opened> {
    let isTakenOver = false
    const mayTakeOver = () => {
      isTakenOver = start.canResume && health.isProven()
      return isTakenOver
    }
    const claim = await claimStream(id, mayTakeOver, options)
    if (claim.type === 'gone') return claim
    // A stop was requested, so the claim ended the lapsed stream.
    if (claim.type === 'terminal' && isTakenOver && claim.head.status === 'stopped') report.event(expired(claim.head))
    if (claim.type !== 'claimed') return { type: 'stored', head: await expiry.settle(claim.head) }
    // `drain` has finished while the claim was in flight. Nothing may begin now, and the claim lapses.
    if (isOver) throw shuttingDown()
    const { epoch, offset: base, prefix, meta } = claim
    report.event({ type: 'claimed', id, epoch, base })
    const run = createRun({
      // One by one: `...options` takes some 20 µs (tried).
      store,
      flush,
      maxLength,
      settleMs,
      yieldToEventLoop,
      environment,
      report,
      id,
      epoch,
      base,
      prefix,
      heartbeatMs: options.leaseMs / 3,
      onDurable: () => heads.notify(id),
      onTimer: health.timerFired,
    })
    entry.run = run
    // From now on the run notifies the readers of its stream.
    heads.notify(id)
    const unwatch = watchRun(run, heads, options)
    void run.finished.then(() => {
      unwatch()
      entries.delete(id)
    })
    if (entry.isStopRequested) run.stop()
    else void produce(run, start.producer, meta, prefix.join(''))
    return { type: 'run', run }
  }

  async function produce(run: Run, producer: Producer, meta: unknown, text: string): Promise<void> {
    const { id, epoch, signal } = run
    const append = appendTo(run)
    try {
      const finishReason = await consume(await producer({ id, meta, text, epoch, signal, append }), run.append, signal)
      run.end({ status: 'done', ...(finishReason === undefined ? {} : { finishReason }) })
    } catch (error) {
      // A producer may throw because it was aborted. That is not reported.
      if (run.state.type === 'producing') report.error(error, { id, source: 'producer' })
      run.end({ status: 'error', error: streamErrors.producer })
    }
  }

  async function drain(): Promise<void> {
    await within(options.drainMs, finishing())
    for (const { run } of entries.values()) run?.end({ status: 'error', error: streamErrors.shutdown })
    isOver = true
    await within(options.settleMs, finishing())
    for (const { run } of entries.values()) run?.abandon()
  }

  async function finishing(): Promise<void> {
    await Promise.all([...entries.values()].map(finished))
  }

  async function finished({ opened }: Entry): Promise<void> {
    try {
      const result = await opened
      if (result.type === 'run') await result.run.finished
    } catch {
      // The caller of `open` gets the error.
    }
  }

  async function within(ms: number, work: Promise<void>): Promise<void> {
    let timer: unknown
    const over = new Promise<void>((resolve) => {
      timer = environment.setTimeout(resolve, ms)
    })
    await Promise.race([work, over])
    environment.clearTimeout(timer)
  }
}
