import type { Environment } from '../environment'
import type { Report } from '../events'
import type { StoredRange, StreamHead, StreamStore } from '../store/stream-store'
import type { Expiry } from './expiry'
import { createHeadPoller } from './head-poller'
import { createKeepAlive } from './keep-alive'
import type { StoreHealth } from './store-health'
import type { TextRange } from './text-source'

export interface Subscriber {
  /** The stream may have changed. Gets the head if a poll found it, so that a reader who knows it does not read again. */
  wake(head?: StreamHead): void
  /** A poll found that the stream has changed. Gets its head, or `undefined` if it is gone. Called before `wake`. */
  onHead?(head: StreamHead | undefined): void
  /** Called every `keepAliveMs`, for connections that have to be kept alive. */
  tick?(): void
  /** A run subscribes to get requests from outside, such as a stop. Its own writes need no faster polls. */
  readonly isRun?: boolean
  /** The process ends. The subscriber reads what is stored and then leaves, or leaves at once if `isLate`. */
  shutDown?(isLate: boolean): void
}

/** What all readers of the store in this process share: notifications, polls, reads and one keep-alive timer. */
export interface Hub {
  /** Returns a function that unsubscribes. A hub without subscribers holds no timer and does not watch the store. */
  subscribe(id: string, subscriber: Subscriber): () => void
  /** Concurrent reads of the same range share one read of the store. Rejects with `store`. */
  read(id: string, offset: number, max: number): Promise<StoredRange | undefined>
  /**
   * The same for a reader that continues. What a run of this process has stored is taken from its memory, so that a process does
   * not read back what it wrote.
   */
  readOn(id: string, offset: number, max: number): Promise<TextRange | undefined>
  /**
   * What a run of this process has stored of the stream has changed, so that `readOn` may return more. While there is such a
   * run, its readers are notified only by this, and not by the store, which notifies before the run knows the outcome.
   */
  notify(id: string): void
  /** A read of the stream failed. Its readers are notified again after a wait, which backs off. */
  readFailed(id: string): void
  /** Lets every subscriber read what is stored and leave, for at most one second. Idempotent. */
  close(): Promise<void>
}

export interface HubOptions {
  readonly store: StreamStore
  readonly keepAliveMs: number
  readonly leaseMs: number
  readonly environment: Environment
  readonly report: Report
  readonly expiry: Expiry
  readonly health: StoreHealth
  /** See `Runs.readStored`. */
  readonly readStored: (id: string, offset: number, max: number) => TextRange | undefined
}

interface Watched {
  readonly subscribers: Set<Subscriber>
  readonly reads: Map<string, Promise<StoredRange | undefined>>
  /**
   * The head at the last poll, to detect changes. Only polls set it: a read reaches one reader, and would hide the
   * change from all others.
   */
  seen: string | undefined
  /** A notification came since the last poll, so a change that the next poll finds was not missed. */
  wasNotified: boolean
  /** How many waits there were since a read succeeded. */
  readFailures: number
  /** A read failed since the last poll, so the next one notifies the readers in any case. */
  isReadDue: boolean
}

/** How long a client that does not read may delay the end of the process. */
const shutdownMs = 1_000

export function createHub(options: HubOptions): Hub {
  const { store, keepAliveMs, environment, expiry } = options
  const watched = new Map<string, Watched>()
  let unwatch: (() => void) | undefined
  let isClosed = false
  const keepAlive = createKeepAlive(keepAliveMs, environment, options.health.timerFired)
  let onEmpty: () => void = () => undefined
  const poller = createHeadPoller({
    ...options,
    onHead,
    onRecovered(id) {
      const stream = watched.get(id)
      if (stream) wake(id, stream)
    },
  })

  return {
    subscribe(id, subscriber) {
      if (isClosed) {
        // Later, because the caller does not have the function that unsubscribes yet.
        queueMicrotask(() => subscriber.shutDown?.(true))
        return () => undefined
      }
      const stream = watched.get(id) ?? newlyWatched()
      watched.set(id, stream)
      stream.subscribers.add(subscriber)
      unwatch ??= store.watch(onNotification)
      poller.pollSoon(id)
      const endTicks = subscriber.tick && keepAlive.add(() => subscriber.tick?.())
      return () => {
        endTicks?.()
        stream.subscribers.delete(subscriber)
        if (stream.subscribers.size > 0 || watched.get(id) !== stream) return
        unwatchStream(id)
      }
    },
    read,
    readOn: async (id, offset, max) => options.readStored(id, offset, max) ?? read(id, offset, max),
    notify(id) {
      const stream = notified(id)
      for (const subscriber of [...(stream?.subscribers ?? [])]) if (!subscriber.isRun) subscriber.wake()
    },
    readFailed(id) {
      const stream = watched.get(id)
      // One failure for all readers who were notified together.
      if (!stream || stream.isReadDue) return
      stream.isReadDue = true
      poller.pollAgain(id, ++stream.readFailures)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      shutDownAll(false)
      if (watched.size > 0) await emptied()
      shutDownAll(true)
      for (const id of [...watched.keys()]) unwatchStream(id)
    },
  }

  function unwatchStream(id: string): void {
    watched.delete(id)
    poller.forget(id)
    if (watched.size === 0) stop()
  }

  function shutDownAll(isLate: boolean): void {
    const all = [...watched.values()].flatMap(({ subscribers }) => [...subscribers])
    for (const subscriber of all) subscriber.shutDown?.(isLate)
  }

  function emptied(): Promise<void> {
    return new Promise((resolve) => {
      const timer = environment.setTimeout(resolve, shutdownMs)
      onEmpty = () => {
        environment.clearTimeout(timer)
        resolve()
      }
    })
  }

  function onNotification(id: string): void {
    const stream = notified(id)
    if (stream) wake(id, stream)
  }

  function notified(id: string): Watched | undefined {
    const stream = watched.get(id)
    if (!stream) return undefined
    stream.wasNotified = true
    // A read that began before the notification may miss the change, so later readers must not share it.
    stream.reads.clear()
    return stream
  }

  function wake(id: string, { subscribers }: Watched, head?: StreamHead): void {
    const isOurs = options.readStored(id, 0, 0) !== undefined
    for (const subscriber of [...subscribers]) if (!isOurs || subscriber.isRun) subscriber.wake(head)
  }

  function read(id: string, offset: number, max: number): Promise<StoredRange | undefined> {
    const stream = watched.get(id)
    const key = `${offset}+${max}`
    const known = stream?.reads.get(key)
    if (known) return known
    const call = readOnce(id, offset, max)
      .then((range) => {
        if (stream) stream.readFailures = 0
        return range
      })
      .finally(() => {
        if (stream?.reads.get(key) === call) stream.reads.delete(key)
      })
    stream?.reads.set(key, call)
    return call
  }

  async function readOnce(id: string, offset: number, max: number, isAgain = false): Promise<StoredRange | undefined> {
    const range = await store.read(id, offset, max)
    if (!range) return undefined
    const head = await expiry.settle(range.head)
    if (head === range.head) return range
    // If the offset or the epoch differs, another process has ended or resumed the stream, and may have stored more
    // text.
    if (head.offset === range.head.offset && head.epoch === range.head.epoch) return { ...range, head }
    // Only once, because a store whose reads lag behind its writes would be read without end.
    return isAgain ? range : readOnce(id, offset, max, true)
  }

  /** Returns whether notifications missed this change. If they do not miss changes, polls need not come sooner. */
  function onHead(id: string, head: StreamHead | undefined): boolean {
    const stream = watched.get(id)
    if (!stream) return false
    const { wasNotified, isReadDue } = stream
    stream.wasNotified = false
    stream.isReadDue = false
    const seen = head ? signature(head) : 'gone'
    if (stream.seen === seen && !isReadDue) return false
    stream.seen = seen
    stream.reads.clear()
    const subscribers = [...stream.subscribers]
    for (const subscriber of subscribers) subscriber.onHead?.(head)
    wake(id, stream, head)
    return !wasNotified && !isReadDue && subscribers.some(({ isRun }) => !isRun)
  }

  function stop(): void {
    unwatch?.()
    unwatch = undefined
    onEmpty()
  }
}

function newlyWatched(): Watched {
  return {
    subscribers: new Set(),
    reads: new Map(),
    seen: undefined,
    wasNotified: false,
    readFailures: 0,
    isReadDue: false,
  }
}

function signature({ epoch, status, offset, stopRequested, isStalled }: StreamHead): string {
  return `${epoch} ${status} ${offset} ${stopRequested} ${isStalled}`
}
