import type { Environment } from '../environment'
import { isStreamsError, StreamsError } from '../errors'
import type { Report } from '../events'
import type { StreamHead } from '../store/stream-store'
import { shuttingDown } from './shutting-down'
import type { StoreHealth } from './store-health'

/**
 * Does one act of the store for a caller who waits for it. When the act fails, the caller gets
 *
 * - `store`, with the cause: the failure is reported, and nobody is expired for a while.
 * - `corrupt`, as it is: it is reported, and says nothing of the store's health, since it is about one stream.
 * - `invalid-option`, as it is: it is the caller's own mistake, and is not reported.
 * - `shutting-down`, after `close()`: the store may be gone, so it is asked nothing, and nothing is reported.
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
    const askedAt = environment.now()
    try {
      const answer = await act()
      health.answered(askedAt, clockIn(answer))
      return answer
    } catch (cause) {
      if (isClosed()) throw shuttingDown()
      if (isStreamsError(cause, 'invalid-option')) throw cause
      report.error(cause, { ...(id === undefined ? {} : { id }), source: 'store' })
      if (isStreamsError(cause, 'corrupt')) throw cause
      health.failed()
      throw new StreamsError('store', 'the store did not do what it was asked; see the cause', { cause })
    }
  }
}

/** The store's clock, if this is an answer that has a head in it. */
function clockIn(answer: unknown): number | undefined {
  const first = (Array.isArray(answer) ? answer[0] : answer) as { readonly head?: StreamHead } | null | undefined
  return ((first?.head ?? first) as Partial<StreamHead> | null | undefined)?.now
}
