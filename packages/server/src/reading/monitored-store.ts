import type { Environment } from '../environment'
import { isStreamServerError, StreamServerError } from '../errors'
import type { Report } from '../events'
import type { StoreHealth } from '../heads/store-health'
import { checkedStore } from '../store/checked-store'
import type { StreamHead, StreamStore } from '../store/stream-store'
import { settleWithin } from '../timing/settle-within'
import { shuttingDown } from './shutting-down'
import { createStoreOutage } from './store-outage'

export interface MonitoredStoreOptions {
  readonly store: StreamStore
  readonly keepsStore: boolean
  readonly leaseMs: number
  readonly environment: Environment
  readonly report: Report
  readonly health: StoreHealth
}

/** A call that takes longer has failed, in milliseconds. A call that never settles must not block a run or a poll for ever. */
const timeoutMs = 15_000

/**
 * The store as the whole server uses it: only this function calls the given one. Every result is checked, and every
 * call counts for the health of the store. A call but `delete` and `sweep`, which may have much to erase, settles
 * within 15 s. It rejects with
 *
 * - `store`, with the cause. `onError` gets the cause too, unless the outage was reported already.
 * - `corrupt` or `content-refused`, unchanged, and reported. They concern one stream, not the health of the store.
 * - `invalid-option`, unchanged: it is the caller's own mistake, and is not reported.
 * - `shutting-down`, once `dispose` was called, also if the call is in flight then. That is not reported.
 *
 * `dispose` disposes the given store, unless it `keepsStore`.
 */
export function monitoredStore(options: MonitoredStoreOptions): StreamStore {
  const { environment, report, health } = options
  const store = checkedStore(options.store, (error, id) => report.error(error, { id, source: 'store' }))
  const outage = createStoreOutage(options.leaseMs, environment, report)
  /** The time limits of the calls in flight, so that none is left after `dispose`. */
  const limits = new Map<unknown, () => void>()
  let isDisposed = false

  const timers: Pick<Environment, 'setTimeout' | 'clearTimeout'> = {
    setTimeout(callback, ms) {
      const handle = environment.setTimeout(callback, ms)
      limits.set(handle, callback)
      return handle
    },
    clearTimeout(handle) {
      limits.delete(handle)
      environment.clearTimeout(handle)
    },
  }

  return {
    create: (id, meta, request) => call('create', id, () => store.create(id, meta, request)),
    claim: (id, request) => call('claim', id, () => store.claim(id, request)),
    append: (id, request) => call('append', id, () => store.append(id, request)),
    beat: (id, epoch) => call('beat', id, () => store.beat(id, epoch)),
    close: (id, request) => call('close', id, () => store.close(id, request)),
    requestStop: (id) => call('requestStop', id, () => store.requestStop(id)),
    expire: (id, epoch) => call('expire', id, () => store.expire(id, epoch)),
    delete: (id) => call('delete', id, () => store.delete(id), Infinity),
    sweep: (request) => call('sweep', undefined, () => store.sweep(request), Infinity),
    read: (id, offset, max) => call('read', id, () => store.read(id, offset, max)),
    // What an application stored may have a field of any name.
    readMeta: async (id) => (await call('readMeta', id, async () => ({ meta: await store.readMeta(id) }))).meta,
    heads: (ids) => call('heads', ids.length === 1 ? ids[0] : undefined, () => store.heads(ids)),
    list: (request) => call('list', undefined, () => store.list(request)),
    watch: (onChange) => store.watch(onChange),
    async dispose() {
      isDisposed = true
      for (const [handle, giveUp] of [...limits]) {
        timers.clearTimeout(handle)
        giveUp()
      }
      if (!options.keepsStore) await store.dispose()
    },
  }

  async function call<T>(name: string, id: string | undefined, act: () => Promise<T>, ms = timeoutMs): Promise<T> {
    if (isDisposed) throw shuttingDown()
    const late = () => new StreamServerError('store', `${name}() did not settle within ${ms} ms`)
    try {
      const result = observed(act())
      return await (ms === Infinity ? result : settleWithin(ms, result, late, timers))
    } catch (cause) {
      if (isDisposed) throw shuttingDown()
      if (isStreamServerError(cause, 'invalid-option')) throw cause
      const context = { ...(id === undefined ? {} : { id }), source: 'store' } as const
      if (isStreamServerError(cause, 'corrupt') || isStreamServerError(cause, 'content-refused')) {
        report.error(cause, context)
        throw cause
      }
      health.failed()
      outage.failed(cause, context)
      throw new StreamServerError('store', `the store's ${name}() failed; see the cause`, { cause })
    }
  }

  /** Also of a call that was given up: a store that responds so late is not healthy. */
  async function observed<T>(response: Promise<T>): Promise<T> {
    const calledAt = environment.now()
    const result = await response
    health.responded(calledAt, clockIn(result))
    if (!isDisposed) outage.responded()
    return result
  }
}

/** The store's clock, if the result contains a head. */
function clockIn(result: unknown): number | undefined {
  const first = (Array.isArray(result) ? result[0] : result) as { readonly head?: StreamHead } | null | undefined
  return ((first?.head ?? first) as Partial<StreamHead> | null | undefined)?.now
}
