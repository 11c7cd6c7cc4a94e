import type { Environment } from '../environment'

/** What `smooth` uses besides the client's own environment. All of it may be missing. */
export interface SmoothEnvironment extends Environment {
  cancelAnimationFrame?: ((frame: never) => void) | undefined
  /** Called once, to check whether the user prefers reduced motion. */
  matchMedia?: ((query: string) => { readonly matches: boolean }) | undefined
  /** Without a `Segmenter`, text is cut between code points. */
  readonly Intl?: { readonly Segmenter?: typeof Intl.Segmenter | undefined } | undefined
}
