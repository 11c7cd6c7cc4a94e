import type { Environment } from '../environment'

/** What a page goes through, as far as it matters to a connection. */
export interface PageSignals {
  /** The page was put away or frozen, and is back: a connection of before is likely to be dead. */
  pageResumed(): void
  /** A person looks again. */
  pageVisible(): void
  online?(): void
  offline?(): void
}

/** Hears them until `signal` aborts. */
export function listenToPage(
  environment: Environment,
  { pageResumed, pageVisible, online, offline }: PageSignals,
  signal: AbortSignal,
) {
  const { document } = environment
  const options = { signal }
  // A page that was put away is told that it thaws, then that it is seen, and last that it is back: one of these is enough.
  let isAway = false
  environment.addEventListener?.('pagehide', () => (isAway = true), options)
  environment.addEventListener?.('pageshow', ({ persisted }) => persisted && pageResumed(), options)
  document?.addEventListener('resume', () => isAway || pageResumed(), options)
  document?.addEventListener('visibilitychange', () => document.hidden || isAway || pageVisible(), options)
  if (online) environment.addEventListener?.('online', online, options)
  if (offline) environment.addEventListener?.('offline', offline, options)
}
