import type { Environment } from './environment'

export interface BackoffRange {
  readonly firstMs: number
  readonly longestMs: number
}

/** How long to wait before try number `attempt` (1, 2, …): doubling, with 25 % of jitter so that waiters do not march in step. */
export function backoffMs(attempt: number, { firstMs, longestMs }: BackoffRange, environment: Environment): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30))
  return full * (1 - environment.random() / 4)
}
