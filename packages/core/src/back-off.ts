/** Bounds of a growing wait, in milliseconds. */
export interface BackOff {
  readonly minMs: number
  readonly maxMs: number
}

/** The wait before try number `count` (from 1): doubled each time, capped, and half of it left to chance. */
export function backOff(count: number, { minMs, maxMs }: BackOff): number {
  return Math.min(maxMs, minMs * 2 ** (count - 1)) * (0.5 + Math.random() / 2)
}
