import type { Environment } from '../environment'
import type { Expiry } from '../heads/expiry'
import type { Heads } from '../heads/heads'
import type { StoreHealth } from '../heads/store-health'
import type { StoredRange, StreamStore } from '../store/stream-store'
import { createKeepAlive } from './keep-alive'
import type { TextListener, TextRange } from './text-source'

/** An open response, as far as the process cares for it. */
export type OpenResponse = Pick<TextListener, 'tick' | 'shutDown'>

/** Called with `false` when the process ends: read what is stored, and then leave. With `true`: leave at once. */
export type ShutDown = (isLate: boolean) => void

/** What all readers of the store in this process share: reads, one keep-alive timer, and the end of the process. */
export interface Hub {
  /** Concurrent reads of the same range share one read of the store. Rejects with `store`. */
  read(id: string, offset: number, max: number): Promise<StoredRange | undefined>
  /**
   * What a run of this process has stored, from its memory: a process does not read back what it wrote. `undefined` if no run
   * here knows it.
   */
  readStored(id: string, offset: number, max: number): TextRange | undefined
  /** Adds an open response, which has to be kept alive. */
  join(response: OpenResponse): void
  leave(response: OpenResponse): void
  /** Adds what has to end before the process does. Returns a function that removes it. */
  onShutDown(shutDown: ShutDown): () => void
  /** Lets everything that was added end, for at most one second. Idempotent. */
  close(): Promise<void>
}

export interface HubOptions {
  readonly store: StreamStore
  readonly keepAliveMs: number
  readonly environment: Environment
  readonly expiry: Expiry
  readonly health: StoreHealth
  readonly heads: Heads
  /** See `Runs.readStored`. */
  readonly readStored: (id: string, offset: number, max: number) => TextRange | undefined
}

interface Ends {
  shutDown(isLate: boolean): void
}

/** How long a client that does not read may delay the end of the process. */
const shutdownMs = 1_000

export function createHub(options: HubOptions): Hub {
  const { store, environment, expiry, heads } = options
  const keepAlive = createKeepAlive(options.keepAliveMs, environment, options.health.timerFired)
  const reads = new Map<string, Promise<StoredRange | undefined>>()
  const open = new Set<Ends>()
  let isClosed = false
  let onEmpty: () => void = () => undefined

  return {
    read,
    readStored: options.readStored,
    join(response) {
      keepAlive.add(response)
      add(response)
    },
    leave(response) {
      keepAlive.remove(response)
      remove(response)
    },
    onShutDown(shutDown) {
      const entry = { shutDown }
      add(entry)
      return () => remove(entry)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      for (const entry of [...open]) entry.shutDown(false)
      if (open.size > 0) await emptied()
      for (const entry of [...open]) entry.shutDown(true)
    },
  }

  function add(entry: Ends): void {
    // Later, because the caller cannot remove it yet.
    if (isClosed) queueMicrotask(() => entry.shutDown(true))
    open.add(entry)
  }

  function remove(entry: Ends): void {
    open.delete(entry)
    if (open.size === 0) onEmpty()
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

  function read(id: string, offset: number, max: number): Promise<StoredRange | undefined> {
    const version = heads.version(id)
    if (version === undefined) return readOnce(id, offset, max)
    // A read that began before a change may miss it, so later readers must not share it.
    const key = `${id} ${version} ${offset}+${max}`
    const known = reads.get(key)
    if (known) return known
    const call = readOnce(id, offset, max).finally(() => reads.delete(key))
    reads.set(key, call)
    return call
  }

  async function readOnce(id: string, offset: number, max: number, isAgain = false): Promise<StoredRange | undefined> {
    const range = await store.read(id, offset, max)
    if (!range) return undefined
    const head = await expiry.settle(range.head)
    heads.found(head)
    if (head === range.head) return range
    // If the offset or the epoch differs, another process has ended or resumed the stream, and may have stored more
    // text.
    if (head.offset === range.head.offset && head.epoch === range.head.epoch) return { ...range, head }
    // Only once, because a store whose reads lag behind its writes would be read without end.
    return isAgain ? range : readOnce(id, offset, max, true)
  }
}
