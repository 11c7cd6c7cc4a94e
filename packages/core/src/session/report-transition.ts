import { guarded } from '../guarded'
import type { ChunkOutcome, SessionState } from '../merge/session-state'
import type { StreamEvent } from '../types'

/**
 * Reports what a transition did, for `onEvent`. It reports in microtasks: a listener sees the state after the change. One that
 * throws is reported as any listener is.
 */
export function reportTransition(
  id: string,
  before: SessionState,
  { phase, attempt, text, status, error, retrying, cuts }: SessionState,
  chunk: ChunkOutcome | undefined,
  onEvent: (event: StreamEvent) => void,
) {
  const emit = (event: StreamEvent) => queueMicrotask(() => guarded(() => onEvent(event)))
  const isCut = cuts !== before.cuts
  if (chunk) {
    const { outcome, source, offset, length } = chunk
    const type = isCut ? 'reconciled' : outcome
    // An update of the status alone is no chunk.
    if (length || type !== 'duplicate') emit({ type, id, source, offset, length })
  } else if (isCut) emit({ type: 'reconciled', id, source: 'snapshot', offset: text.length, length: 0 })
  if (attempt !== before.attempt)
    emit({ type: phase, id, offset: text.length, status, error: error ?? retrying?.error })
}
