/** Listeners are removed by the signal they are given. */
type Listen<Type extends string> = (
  type: Type,
  listener: (event: { readonly persisted?: boolean }) => void,
  options: { signal: AbortSignal },
) => void

/**
 * The clock and the events of the world around: `globalThis` in a browser, in Node and elsewhere. Injectable, so that a
 * test owns time, and an application outside of browsers can tell of its network and its pauses.
 */
export interface Environment {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: never): void
  /** The wall clock, which goes on while a machine sleeps. @default the global one */
  readonly Date?: { now(): number } | undefined
  /** Missing outside browsers, and silent in a hidden tab. */
  requestAnimationFrame?: ((callback: () => void) => unknown) | undefined
  /**
   * - `online`: the network is back, so the client tries again at once.
   * - `offline`: the network seems to be gone. The client still tries, with its usual waits.
   * - `pagehide`: the page is put into the back/forward cache, or left.
   * - `pageshow` with `persisted`: it comes back from that cache.
   */
  addEventListener?: Listen<'online' | 'offline' | 'pagehide' | 'pageshow'> | undefined
  /**
   * `onLine` is `false` when there seems to be no network. It may be wrong, so it never keeps the client from trying: it
   * only decides what is shown while attempts fail.
   */
  readonly navigator?: { readonly onLine?: boolean } | undefined
  /** `visibilitychange`: a person looks, or stops looking. `resume`: the page was frozen, and runs again. */
  readonly document?: { readonly hidden?: boolean; addEventListener: Listen<'visibilitychange' | 'resume'> } | undefined
}
