/** The status of a stream that has ended. It never changes again. */
export type TerminalStatus = 'done' | 'error' | 'timeout' | 'stopped'

/** `pending` → `streaming` → terminal. It only moves forward. */
export type StreamStatus = 'pending' | 'streaming' | TerminalStatus

export function isStatus(value: unknown): value is StreamStatus {
  return typeof value === 'string' && statuses.has(value)
}

const statuses: ReadonlySet<string> = new Set(['pending', 'streaming', 'done', 'error', 'timeout', 'stopped'])

export function isTerminal(status: StreamStatus): status is TerminalStatus {
  return status !== 'pending' && status !== 'streaming'
}
