import type { Environment } from '../environment'
import type { PageSignal } from '../merge/session-state'

type Listener = (signal: PageSignal) => void

export interface PageHub {
  /** Passes on what the page reports until `signal` aborts. */
  listen(listener: Listener, signal: AbortSignal): void
  /** Ends listening to the page if no attempt needs it. A session calls it once its next attempt has begun, if there is one. */
  settle(): void
}

/** All attempts of a client share one listener for each event of the page. */
export function createPageHub(environment: Environment): PageHub {
  const { document } = environment
  const listeners = new Set<Listener>()
  let listening: AbortController | undefined

  function report(signal: PageSignal) {
    for (const listener of [...listeners]) if (listeners.has(listener)) listener(signal)
  }

  function listen(): AbortController {
    const attempt = new AbortController()
    const options = { signal: attempt.signal }
    // A page that comes back from the cache gets `resume`, `visibilitychange` and, last, `pageshow`. Only the last one counts.
    let isAway = false
    type PageListener = (event: { readonly persisted?: boolean }) => void
    const on = (type: 'pagehide' | 'pageshow' | 'online' | 'offline', listener: PageListener) =>
      environment.addEventListener?.(type, listener, options)
    on('pagehide', () => {
      isAway = true
    })
    on('pageshow', ({ persisted }) => {
      isAway = false
      if (persisted) report('resumed')
    })
    on('online', () => report('online'))
    on('offline', () => report('offline'))
    document?.addEventListener('resume', () => isAway || report('resumed'), options)
    document?.addEventListener('visibilitychange', () => document.hidden || isAway || report('visible'), options)
    return attempt
  }

  return {
    listen(listener, signal) {
      listeners.add(listener)
      listening ??= listen()
      signal.addEventListener('abort', () => listeners.delete(listener))
    },
    settle() {
      if (listeners.size) return
      listening?.abort()
      listening = undefined
    },
  }
}
