import type { Environment } from './environment'
import { isStreamsError, StreamsError } from './errors'
import type { Report } from './report'
import { shuttingDown } from './shutting-down'
import type { StreamHead } from './store'
import type { StoreHealth } from './store-health'

/**
 * Does one act of the store for a caller who is waiting for it. A failure is reported, counts as a reason not to expire
 * anybody for a while, as an answer after a long time does, and reaches the caller as `store` with the cause. What the store refuses as `invalid-option` is the
 * caller's own mistake and reaches it as it is. `corrupt` is reported and reaches the caller as it is, too: it speaks of one stream
 * and says nothing of the store's health. After `close()` a store is asked nothing, since it may be gone, and what
 * fails then is no failure of the store: the caller is told `shutting-down`.
 */
export type AskStore = <T>(act: () => Promise<T>, id?: string) => Promise<T>

export function createAskStore(
  report: Report,
  health: StoreHealth,
  environment: Environment,
  isClosed: () => boolean,
): AskStore {
  return async (act, id) => {
    if (isClosed()) throw shuttingDown()
    const askedAt = environment.now()
    try {
      const answer = await act()
      health.answered(askedAt, clockIn(answer))
      return answer
    } catch (cause) {
      if (isClosed()) throw shuttingDown()
      if (isStreamsError(cause) && cause.code === 'invalid-option') throw cause
      report.error(cause, { ...(id === undefined ? {} : { id }), source: 'store' })
      if (isStreamsError(cause) && cause.code === 'corrupt') throw cause
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
