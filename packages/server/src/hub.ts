import type { AskStore } from './ask-store'
import { backoffMs } from './backoff'
import type { Environment } from './environment'
import { StreamsError } from './errors'
import type { Expiry } from './expiry'
import type { Report } from './report'
import type { StoredRange, StreamHead, StreamStore } from './store'

export interface Subscriber {
  /** The stream may have changed. */
  wake(): void
  /** A glance brought news of the stream: its head now, or `undefined` if it is gone. Called before `wake`. */
  glanced?(head: StreamHead | undefined): void
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
  glance(id: string): void
  /** Lets every subscriber read what is there and leave, for a second at the most. Idempotent. */
  close(): Promise<void>
}

export interface HubOptions {
  readonly store: StreamStore
  readonly keepAliveMs: number
  readonly environment: Environment
  readonly report: Report
  readonly expiry: Expiry
  readonly ask: AskStore
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

/** Glances back off while they bring no news, because hints are enough or nothing happens. */
const glances = { firstMs: 250, longestMs: 5_000 }

/** A glance that the store does not answer for so long is given up, or it would be the last one. */
const patienceMs = 15_000

export function createHub({ store, keepAliveMs, environment, report, expiry, ask }: HubOptions): Hub {
  const watched = new Map<string, Watched>()
  let unwatch: (() => void) | undefined
  let quietGlances = 0
  let isGlancing = false
  /** Counts glances, so that one which was given up has no effect when it is answered after all. */
  let glanceNumber = 0
  let hasFailed = false
  let isClosed = false
  let glanceTimer: unknown
  let glanceAt = Infinity
  let tickTimer: unknown
  let onEmpty: () => void = () => undefined

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
      quietGlances = 0
      scheduleGlance()
      scheduleTick()
      return () => {
        stream.subscribers.delete(subscriber)
        if (stream.subscribers.size === 0 && watched.get(id) === stream) watched.delete(id)
        if (watched.size === 0) rest()
      }
    },
    read,
    glance(id) {
      const stream = watched.get(id)
      if (stream) stream.seen = undefined
      quietGlances = 0
      scheduleGlance()
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

  async function readOnce(id: string, offset: number, max: number): Promise<StoredRange | undefined> {
    const range = await ask(() => store.read(id, offset, max), id)
    return range && (await expiry.settleRange(range))
  }

  function scheduleGlance(): void {
    if (watched.size === 0 || isGlancing) return
    const at = environment.now() + backoffMs(quietGlances + 1, glances, environment)
    if (glanceTimer !== undefined && glanceAt <= at) return
    environment.clearTimeout(glanceTimer)
    glanceAt = at
    glanceTimer = environment.setTimeout(() => {
      glanceTimer = undefined
      expiry.timerFired(at)
      void glanceAtAll()
    }, at - environment.now())
  }

  async function glanceAtAll(): Promise<void> {
    isGlancing = true
    const number = ++glanceNumber
    const asked = [...watched]
    quietGlances++
    glanceTimer = environment.setTimeout(() => {
      failed(new StreamsError('store', `it did not answer a glance within ${patienceMs} ms`))
      glanced()
    }, patienceMs)
    try {
      const heads = await store.heads(asked.map(([id]) => id))
      if (number !== glanceNumber) return
      const found = new Map(heads.map((head) => [head.id, head]))
      for (const [id, stream] of asked) await look(stream, found.get(id))
      if (hasFailed) for (const [, stream] of asked) wake(stream)
      if (number === glanceNumber) hasFailed = false
    } catch (error) {
      if (number === glanceNumber) failed(error)
    }
    if (number === glanceNumber) glanced()
  }

  function failed(error: unknown): void {
    if (!hasFailed) report.error(error, { source: 'store' })
    hasFailed = true
    expiry.storeFailed()
  }

  function glanced(): void {
    endGlance()
    scheduleGlance()
  }

  function endGlance(): void {
    environment.clearTimeout(glanceTimer)
    glanceTimer = undefined
    glanceNumber++
    isGlancing = false
  }

  async function look(stream: Watched, found: StreamHead | undefined): Promise<void> {
    const wasHinted = stream.isHinted
    stream.isHinted = false
    const head = found && (await expiry.settle(found))
    const seen = head ? signature(head) : 'gone'
    if (stream.seen === seen) return
    stream.seen = seen
    const subscribers = [...stream.subscribers]
    // Where hints are enough, glances need not hurry.
    if (!wasHinted && subscribers.some(({ isRun }) => !isRun)) quietGlances = 0
    stream.reads.clear()
    for (const subscriber of subscribers) subscriber.glanced?.(head)
    wake(stream)
  }

  function scheduleTick(): void {
    if (tickTimer !== undefined || !hasTicking()) return
    const at = environment.now() + keepAliveMs
    tickTimer = environment.setTimeout(() => {
      tickTimer = undefined
      expiry.timerFired(at)
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
    endGlance()
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

function signature({ epoch, status, offset, stopRequested }: StreamHead): string {
  return `${epoch} ${status} ${offset} ${stopRequested}`
}
