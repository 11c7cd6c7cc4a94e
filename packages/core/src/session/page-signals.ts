import type { Environment } from '../environment'

/** Events of a page that matter to a connection. */
export interface PageSignals {
  /** The page comes back from the back/forward cache, or was frozen. Its connection is likely to be dead. */
  pageResumed(): void
  /** The page is visible again. */
  pageVisible(): void
  online?(): void
  offline?(): void
}

/** Listens until `signal` aborts. */
export function listenToPage(
  environment: Environment,
  { pageResumed, pageVisible, online, offline }: PageSignals,
  signal: AbortSignal,
) {
  const { document } = environment
  const options = { signal }
  // A page that comes back from the cache gets `resume`, `visibilitychange` and, last, `pageshow`. Only the last one counts.
  let isAway = false
  environment.addEventListener?.('pagehide', () => (isAway = true), options)
  environment.addEventListener?.('pageshow', ({ persisted }) => persisted && pageResumed(), options)
  document?.addEventListener('resume', () => isAway || pageResumed(), options)
  document?.addEventListener('visibilitychange', () => document.hidden || isAway || pageVisible(), options)
  if (online) environment.addEventListener?.('online', online, options)
  if (offline) environment.addEventListener?.('offline', offline, options)
}
