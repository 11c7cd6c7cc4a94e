import type { Environment } from '../environment'

/** Events of a page that matter to a connection. */
export interface PageSignals {
  /** The page comes back from the back/forward cache, or was frozen. Its connection is likely to be dead. */
  pageResumed(): void
  /** The page is visible again. */
  pageVisible(): void
  online(): void
  offline?(): void
}

export interface PageHub {
  /** Passes on what the page reports until `signal` aborts. */
  listen(signals: PageSignals, signal: AbortSignal): void
  /** Ends listening to the page if no attempt needs it. A session calls it once its next attempt has begun, if there is one. */
  settle(): void
}

/** All attempts of a client share one listener for each event of the page. */
export function createPageHub(environment: Environment): PageHub {
  const { document } = environment
  const readers = new Set<PageSignals>()
  let listening: AbortController | undefined

  function each(signal: (reader: PageSignals) => void) {
    for (const reader of [...readers]) if (readers.has(reader)) signal(reader)
  }

  function listen(): AbortController {
    const attempt = new AbortController()
    const options = { signal: attempt.signal }
    // A page that comes back from the cache gets `resume`, `visibilitychange` and, last, `pageshow`. Only the last one counts.
    let isAway = false
    type Listener = (event: { readonly persisted?: boolean }) => void
    const on = (type: 'pagehide' | 'pageshow' | 'online' | 'offline', listener: Listener) =>
      environment.addEventListener?.(type, listener, options)
    on('pagehide', () => {
      isAway = true
    })
    on('pageshow', ({ persisted }) => {
      isAway = false
      if (persisted) each((reader) => reader.pageResumed())
    })
    on('online', () => each((reader) => reader.online()))
    on('offline', () => each((reader) => reader.offline?.()))
    document?.addEventListener('resume', () => isAway || each((reader) => reader.pageResumed()), options)
    document?.addEventListener(
      'visibilitychange',
      () => document.hidden || isAway || each((reader) => reader.pageVisible()),
      options,
    )
    return attempt
  }

  return {
    listen(signals, signal) {
      readers.add(signals)
      listening ??= listen()
      signal.addEventListener('abort', () => readers.delete(signals))
    },
    settle() {
      if (readers.size) return
      listening?.abort()
      listening = undefined
    },
  }
}
