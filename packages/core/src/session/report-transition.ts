import type { ChunkOutcome, SessionState } from '../merge/session-state'
import type { StreamEvent } from '../types'

/**
 * Reports what a transition did, for `onEvent`. It reports in microtasks: a listener sees the state after the change, and one
 * that throws interrupts nothing.
 */
export function reportTransition(
  id: string,
  before: SessionState,
  { phase, attempt, text, status, error, cuts }: SessionState,
  chunk: ChunkOutcome | undefined,
  emit: (event: StreamEvent) => void,
) {
  const isCut = cuts !== before.cuts
  if (chunk) {
    const { outcome, ...place } = chunk
    const type = isCut ? 'reconciled' : outcome
    // An update of the status alone is no chunk.
    if (place.length || type !== 'duplicate') queueMicrotask(() => emit({ type, id, ...place }))
  } else if (isCut)
    queueMicrotask(() => emit({ type: 'reconciled', id, source: 'snapshot', offset: text.length, length: 0 }))
  if (attempt !== before.attempt) queueMicrotask(() => emit({ type: phase, id, offset: text.length, status, error }))
}
