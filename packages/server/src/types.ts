/** A status after which nothing changes any more. */
export type TerminalStatus = 'done' | 'error' | 'timeout' | 'stopped'

/** `pending` → `streaming` → terminal; it only moves up. */
export type StreamStatus = 'pending' | 'streaming' | TerminalStatus

export function isTerminal(status: StreamStatus): status is TerminalStatus {
  return status !== 'pending' && status !== 'streaming'
}
