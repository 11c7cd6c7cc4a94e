import type { Environment } from '../environment'
import type { Report } from '../events'
import type { StoredRange, StreamHead, StreamStore } from '../store/stream-store'
import type { CallStore } from './call-store'
import type { Expiry } from './expiry'
import { createHeadPoller } from './head-poller'
import type { StoreHealth } from './store-health'

export interface Subscriber {
  /** The stream may have changed. */
  wake(): void
  /** A glance brought news of the stream: its head now, or `undefined` if it is gone. Called before `wake`. */
  onHead?(head: StreamHead | undefined): void
  /** Every `keepAliveMs`, for those that have to be kept alive. */
  tick?(): void
  /** A run watches for what others want of it. Its own writes are no news that glances must hurry for. */
  readonly isRun?: boolean
  /** The process ends: take what is there, then leave; at once if `isLate`. */
  shutDown?(isLate: boolean): void
}

/** What all readers of the store in this process share: hints, glances, reads and one keep-alive timer. */
export interface Hub {
  /** Returns the undo. Without subscribers nothing of the hub is left: no timer, no watch. */
  subscribe(id: string, subscriber: Subscriber): () => void
  /** One read serves all who ask for the same range at the same time. Rejects with `store`. */
  read(id: string, offset: number, max: number): Promise<StoredRange | undefined>
  /** Looks at this stream soon: a hint came, or a read failed. */
  pollSoon(id: string): void
  /** Lets every subscriber read what is there and leave, for a second at the most. Idempotent. */
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
  readonly callStore: CallStore
}

interface Watched {
  readonly subscribers: Set<Subscriber>
  readonly reads: Map<string, Promise<StoredRange | undefined>>
  /**
   * What the last glance saw, to tell whether the next one brings news. Set by glances alone: a read is news to the one who
   * asked, and would hide it from all others.
   */
  seen: string | undefined
  /** A hint came since the last glance, so the next one finds nothing that hints have missed. */
  isHinted: boolean
}

/** How long a client that does not read may hold up the end of the process. */
const farewellMs = 1_000

export function createHub(options: HubOptions): Hub {
  const { store, keepAliveMs, environment, expiry, health, callStore } = options
  const watched = new Map<string, Watched>()
  let unwatch: (() => void) | undefined
  let isClosed = false
  let tickTimer: unknown
  let onEmpty: () => void = () => undefined
  const glances = createHeadPoller({
    ...options,
    ids: () => [...watched.keys()],
    onHead: found,
    onRecovered(ids) {
      for (const id of ids) {
        const stream = watched.get(id)
        if (stream) wake(stream)
      }
    },
  })

  return {
    subscribe(id, subscriber) {
      if (isClosed) {
        // Later, because the caller has yet to receive the undo.
        queueMicrotask(() => subscriber.shutDown?.(true))
        return () => undefined
      }
      const stream = watched.get(id) ?? newlyWatched()
      watched.set(id, stream)
      stream.subscribers.add(subscriber)
      unwatch ??= store.watch(hinted)
      glances.pollSoon()
      scheduleTick()
      return () => {
        stream.subscribers.delete(subscriber)
        if (stream.subscribers.size === 0 && watched.get(id) === stream) watched.delete(id)
        if (watched.size === 0) rest()
      }
    },
    read,
    pollSoon(id) {
      const stream = watched.get(id)
      if (stream) stream.seen = undefined
      glances.pollSoon()
    },
    async close() {
      if (isClosed) return
      isClosed = true
      shutDownAll(false)
      if (watched.size > 0) await emptied()
      shutDownAll(true)
      watched.clear()
      rest()
    },
  }

  function shutDownAll(isLate: boolean): void {
    const all = [...watched.values()].flatMap(({ subscribers }) => [...subscribers])
    for (const subscriber of all) subscriber.shutDown?.(isLate)
  }

  function emptied(): Promise<void> {
    return new Promise((resolve) => {
      const timer = environment.setTimeout(resolve, farewellMs)
      onEmpty = () => {
        environment.clearTimeout(timer)
        resolve()
      }
    })
  }

  function hinted(id: string): void {
    const stream = watched.get(id)
    if (!stream) return
    stream.isHinted = true
    // A read that began before the hint may not show what the hint is about, so nobody may join it any more.
    stream.reads.clear()
    wake(stream)
  }

  function wake({ subscribers }: Watched): void {
    for (const subscriber of [...subscribers]) subscriber.wake()
  }

  function read(id: string, offset: number, max: number): Promise<StoredRange | undefined> {
    const stream = watched.get(id)
    const key = `${offset}+${max}`
    const known = stream?.reads.get(key)
    if (known) return known
    const asked = readOnce(id, offset, max).finally(() => {
      if (stream?.reads.get(key) === asked) stream.reads.delete(key)
    })
    stream?.reads.set(key, asked)
    return asked
  }

  async function readOnce(id: string, offset: number, max: number, isAgain = false): Promise<StoredRange | undefined> {
    const range = await callStore(() => store.read(id, offset, max), id)
    if (!range) return undefined
    const head = await expiry.settle(range.head)
    if (head === range.head) return range
    // Not expired here but ended or taken up by somebody else, who may have stored more than was read.
    if (head.offset === range.head.offset && head.epoch === range.head.epoch) return { ...range, head }
    // Once, because a store whose reads lag behind its writes would be asked without end.
    return isAgain ? range : readOnce(id, offset, max, true)
  }

  /** Answers whether this is news that hints have missed. Where hints are enough, glances need not hurry. */
  function found(id: string, head: StreamHead | undefined): boolean {
    const stream = watched.get(id)
    if (!stream) return false
    const wasHinted = stream.isHinted
    stream.isHinted = false
    const seen = head ? signature(head) : 'gone'
    if (stream.seen === seen) return false
    stream.seen = seen
    stream.reads.clear()
    const subscribers = [...stream.subscribers]
    for (const subscriber of subscribers) subscriber.onHead?.(head)
    wake(stream)
    return !wasHinted && subscribers.some(({ isRun }) => !isRun)
  }

  function scheduleTick(): void {
    if (tickTimer !== undefined || !hasTicking()) return
    const at = environment.now() + keepAliveMs
    tickTimer = environment.setTimeout(() => {
      tickTimer = undefined
      health.timerFired(at)
      for (const { subscribers } of [...watched.values()]) {
        for (const subscriber of [...subscribers]) subscriber.tick?.()
      }
      scheduleTick()
    }, keepAliveMs)
  }

  function hasTicking(): boolean {
    for (const { subscribers } of watched.values()) for (const { tick } of subscribers) if (tick) return true
    return false
  }

  function rest(): void {
    glances.stop()
    environment.clearTimeout(tickTimer)
    tickTimer = undefined
    unwatch?.()
    unwatch = undefined
    onEmpty()
  }
}

function newlyWatched(): Watched {
  return { subscribers: new Set(), reads: new Map(), seen: undefined, isHinted: false }
}

function signature({ epoch, status, offset, stopRequested, isStalled }: StreamHead): string {
  return `${epoch} ${status} ${offset} ${stopRequested} ${isStalled}`
}
