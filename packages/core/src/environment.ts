/** The signal removes the listener. */
type Listen<Type extends string> = (
  type: Type,
  listener: (event: { readonly persisted?: boolean }) => void,
  options: { signal: AbortSignal },
) => void

/** The part of `PerformanceResourceTiming` and `PerformanceNavigationTiming` that is used here. */
interface TimingEntry {
  readonly name: string
  readonly nextHopProtocol?: string | undefined
}

/**
 * The clock and the events that the client uses: `globalThis` in a browser, in Node and elsewhere. It is injectable, so that
 * a test controls time, and an application outside browsers can report its network and its pauses.
 */
export interface Environment {
  setTimeout(callback: () => void, ms: number): unknown
  clearTimeout(timer: never): void
  /** The wall clock, which goes on while a machine sleeps. @default the global `Date` */
  readonly Date?: { now(): number } | undefined
  /** Missing outside browsers, and silent in a hidden tab. */
  requestAnimationFrame?: ((callback: () => void) => unknown) | undefined
  /**
   * - `online`: the network is back, so the client tries again at once.
   * - `offline`: the network seems to be gone. The client still tries, with its usual waits.
   * - `pagehide`: the page enters the back/forward cache, or the user leaves it.
   * - `pageshow` with `persisted`: the page comes back from that cache.
   */
  addEventListener?: Listen<'online' | 'offline' | 'pagehide' | 'pageshow'> | undefined
  /**
   * `onLine` is `false` when there seems to be no network. It may be wrong, so the client still tries. It only decides what
   * is shown while attempts fail. `userAgent` tells Node, Deno and Bun, which open any number of connections to a server.
   */
  readonly navigator?: { readonly onLine?: boolean; readonly userAgent?: string } | undefined
  /** The page's own address. */
  readonly location?: { readonly href: string } | undefined
  /** Reports which protocol a server speaks. Over HTTP/2 and HTTP/3 a browser opens more than six connections to it. */
  readonly performance?: { getEntries?(): readonly TimingEntry[] } | undefined
  /** `visibilitychange`: the page became visible or hidden. `resume`: the page was frozen, and runs again. */
  readonly document?: { readonly hidden?: boolean; addEventListener: Listen<'visibilitychange' | 'resume'> } | undefined
}
