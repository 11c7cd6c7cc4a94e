/** Bounds of a growing wait, in milliseconds. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
}

/** The wait before try number `count` (from 1): doubled each time, capped, and half of it left to chance. */
export function backoffMs(count: number, { minMs, maxMs }: Backoff): number {
  return Math.min(maxMs, minMs * 2 ** (count - 1)) * (0.5 + Math.random() / 2)
}
