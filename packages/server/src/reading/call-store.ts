import type { Environment } from '../environment'
import { isStreamsError, StreamsError } from '../errors'
import type { Report } from '../events'
import type { StreamHead } from '../store/stream-store'
import { shuttingDown } from './shutting-down'
import type { StoreHealth } from './store-health'

/**
 * Makes one call to the store for a caller that waits for the result. If the call fails, it rejects with
 *
 * - `store`, with the cause: the failure is reported, and this process expires no stream for a while.
 * - `corrupt`, unchanged: it is reported. It says nothing about the store's health, because it concerns one stream.
 * - `invalid-option`, unchanged: it is the caller's own mistake, and is not reported.
 * - `shutting-down`, after `close()`: the store may be disposed, so it is not called, and nothing is reported.
 */
export type CallStore = <T>(act: () => Promise<T>, id?: string) => Promise<T>

export function createCallStore(
  report: Report,
  health: StoreHealth,
  environment: Environment,
  isClosed: () => boolean,
): CallStore {
  return async (act, id) => {
    if (isClosed()) throw shuttingDown()
    const calledAt = environment.now()
    try {
      const result = await act()
      health.responded(calledAt, clockIn(result))
      return result
    } catch (cause) {
      if (isClosed()) throw shuttingDown()
      if (isStreamsError(cause, 'invalid-option')) throw cause
      report.error(cause, { ...(id === undefined ? {} : { id }), source: 'store' })
      if (isStreamsError(cause, 'corrupt')) throw cause
      health.failed()
      throw new StreamsError('store', 'the call to the store failed; see the cause', { cause })
    }
  }
}

/** The store's clock, if the result contains a head. */
function clockIn(result: unknown): number | undefined {
  const first = (Array.isArray(result) ? result[0] : result) as { readonly head?: StreamHead } | null | undefined
  return ((first?.head ?? first) as Partial<StreamHead> | null | undefined)?.now
}
