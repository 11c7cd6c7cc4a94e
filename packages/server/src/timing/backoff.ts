export interface BackoffRange {
  readonly firstMs: number
  readonly longestMs: number
}

/**
 * How long to wait before retry number `attempt` (1, 2, …), in milliseconds. It doubles up to `longestMs`, less up to 25 % of
 * jitter, so that clients which failed together do not retry together.
 */
export function backoffMs(attempt: number, { firstMs, longestMs }: BackoffRange, random = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30))
  return full * (1 - random() / 4)
}
