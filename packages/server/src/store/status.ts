/** A status after which nothing changes any more. */
export type TerminalStatus = 'done' | 'error' | 'timeout' | 'stopped'

/** `pending` → `streaming` → terminal; it only moves up. */
export type StreamStatus = 'pending' | 'streaming' | TerminalStatus

export function isStatus(value: unknown): value is StreamStatus {
  return typeof value === 'string' && statuses.has(value)
}

const statuses: ReadonlySet<string> = new Set(['pending', 'streaming', 'done', 'error', 'timeout', 'stopped'])

export function isTerminal(status: StreamStatus): status is TerminalStatus {
  return status !== 'pending' && status !== 'streaming'
}
