import type { Report } from '../events'
import type { ResolvedOptions } from '../options/streams-options'
import type { CallStore } from '../reading/call-store'
import { type Expiry, expired } from '../reading/expiry'
import type { Hub } from '../reading/hub'
import { shuttingDown } from '../reading/shutting-down'
import type { StoreHealth } from '../reading/store-health'
import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import { claimStream } from './claim'
import { consume } from './consume'
import type { Producer } from './producer'
import { producerRequest } from './producer-request'
import { createRun, type Run } from './run'
import { watchRun } from './run-watch'
import { streamErrors } from './stream-errors'

/** What became of the wish to produce a stream. */
export type Opened =
  | { readonly type: 'run'; readonly run: Run }
  /** It has ended, or is produced in another process. */
  | { readonly type: 'stored'; readonly head: StreamHead }
  | { readonly type: 'gone' }

export interface StartOptions {
  readonly request: Request
  readonly producer: Producer
  readonly canResume: boolean
}

/** The runs of this process. */
export interface Runs {
  /**
   * Joins the run of this stream, or claims the stream and starts one. Rejects with `store`, or with `shutting-down` once
   * `drain` was called, unless the stream has ended.
   * However many ask at once, there is one claim, one run and one call of the producer (P6).
   */
  open(id: string, start: StartOptions): Promise<Opened>
  /**
   * A drive waits at a stream that another process had: should it lapse, it is taken up here with this, and `onRun` hears of
   * the run. Returns the undo.
   */
  resumeWhenExpired(id: string, start: StartOptions, onRun: (run: Run) => void): () => void
  /** Takes a lapsed stream up if a drive here waits for that. Answers whether one does. */
  resume(id: string): boolean
  /** Producers here can go on in the middle, so that a lapsed stream may still be taken up by a drive that is to come. */
  canResume: boolean
  /** The run, also while its claim is under way. */
  find(id: string): Promise<Run | undefined>
  /** Stops it here and now, also while its claim is under way. */
  stop(id: string): void
  isProducing(id: string): boolean
  /** Lets runs finish, then ends them as `error`, and refuses new ones from now on. Idempotent. */
  drain(): Promise<void>
}

interface Entry {
  opened: Promise<Opened>
  run: Run | undefined
  isStopRequested: boolean
}

/** Takes a stream up here, once it has lapsed, and tells the run. Returns the undo. */
export type ResumeWhenExpired = (onRun: (run: Run) => void) => () => void

interface ResumeWaiter {
  readonly start: StartOptions
  readonly onRun: (run: Run) => void
}

export interface RunsOptions extends ResolvedOptions {
  readonly report: Report
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly hub: Hub
  readonly callStore: CallStore
  readonly yieldToEventLoop: () => Promise<void>
}

export function createRuns(options: RunsOptions): Runs {
  const { environment, report, expiry, health, hub } = options
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
      const entry: Entry = { opened: Promise.resolve({ type: 'gone' }), run: undefined, isStopRequested: false }
      entries.set(id, entry)
      entry.opened = openEntry(id, entry, start)
      const forget = () => entries.delete(id)
      entry.opened.then(({ type }) => type !== 'run' && forget(), forget)
      return entry.opened
    },
    resumeWhenExpired(id, start, onRun) {
      const wish = { start, onRun }
      const known = waiters.get(id) ?? new Set()
      waiters.set(id, known.add(wish))
      return () => {
        known.delete(wish)
        if (known.size === 0 && waiters.get(id) === known) waiters.delete(id)
      }
    },
    resume(id) {
      const [first] = waiters.get(id) ?? []
      if (!first || drained) return false
      if (!entries.has(id)) {
        const tell = (opened: Opened) => {
          if (opened.type !== 'run') return
          for (const { onRun } of [...(waiters.get(id) ?? [])]) onRun(opened.run)
        }
        // A store that fails is reported already, and the next look tries again.
        runs.open(id, first.start).then(tell, () => undefined)
      }
      return true
    },
    async find(id) {
      const entry = entries.get(id)
      // A claim that fails is told to whoever asked for it; here it means that there is no run.
      await entry?.opened.catch(() => undefined)
      return entry?.run
    },
    stop(id) {
      const entry = entries.get(id)
      if (entry) entry.isStopRequested = true
      entry?.run?.stop()
    },
    isProducing: (id) => entries.get(id)?.run !== undefined,
    drain() {
      drained ??= drain()
      return drained
    },
  }
  return runs

  /** Nothing is started any more, but a text that is whole is not withheld. */
  async function ended(id: string): Promise<Opened> {
    if (isOver) throw shuttingDown()
    const [head] = await options.callStore(() => options.store.heads([id]), id)
    if (!head) return { type: 'gone' }
    if (!isTerminal(head.status)) throw shuttingDown()
    return { type: 'stored', head }
  }

  async function openEntry(id: string, entry: Entry, start: StartOptions): Promise<Opened> {
    let isTakenOver = false
    const mayTakeOver = () => {
      isTakenOver = start.canResume && health.isProven()
      return isTakenOver
    }
    const claim = await claimStream(id, mayTakeOver, options.callStore, options)
    if (claim.type === 'gone') return claim
    // It was to be stopped, so that the claim ended it.
    if (claim.type === 'terminal' && isTakenOver && claim.head.status === 'stopped') report.event(expired(claim.head))
    if (claim.type !== 'claimed') return { type: 'stored', head: await expiry.settle(claim.head) }
    // The process ends before the claim came: nothing may begin now, and the claim lapses.
    if (isOver) throw shuttingDown()
    const { epoch, base, prefix } = claim
    report.event({ type: 'claimed', id, epoch, base })
    const run = createRun({
      ...options,
      id,
      epoch,
      base,
      prefix,
      beatMs: options.leaseMs / 3,
      onStoreFailed: health.failed,
      onTimer: health.timerFired,
    })
    entry.run = run
    const unwatch = watchRun(run, hub, options)
    void run.finished.then(() => {
      unwatch()
      entries.delete(id)
    })
    if (entry.isStopRequested) run.stop()
    else void produce(run, start, prefix.join(''))
    return { type: 'run', run }
  }

  async function produce(run: Run, { producer, request }: StartOptions, text: string): Promise<void> {
    const { id, epoch, signal } = run
    try {
      const context = { id, epoch, signal, text, request: producerRequest(request, signal) }
      const finishReason = await consume(await producer(run.append, context), run.append, signal)
      run.end({ status: 'done', ...(finishReason === undefined ? {} : { finishReason }) })
    } catch (error) {
      // A producer that was told to stop may well throw for it; that is not news.
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
      const it = await opened
      if (it.type === 'run') await it.run.finished
    } catch {
      // Told to whoever asked for the run.
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
