export interface Finding {
  readonly code:
    | 'unreachable'
    | 'refused'
    | 'redirected'
    | 'content-type'
    | 'cors'
    | 'sniffed'
    | 'compressed'
    | 'cached'
    | 'buffered'
    | 'altered'
    | 'unmarked'
    | 'cut'
    | 'silent'
    | 'inconclusive'
  /** What is wrong. */
  readonly problem: string
  /** What was observed. It contains no text, no tokens, and at most the origin of a URL. */
  readonly evidence: string
  /** What to do about it. */
  readonly cure: string
}

export const BUFFERING_CURE =
  'Turn buffering off for this path (nginx: `proxy_buffering off`), or have the proxy respect `X-Accel-Buffering: no`; a server’s own middleware that collects responses has the same effect.'

/** Formats a duration for people. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}
