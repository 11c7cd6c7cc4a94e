import type { StreamState } from '@keepstream/react'
import { formatCount } from '../shared/answer-facts'

export interface StreamBadgesProps {
  readonly state: Pick<StreamState, 'text' | 'status' | 'connection' | 'isReconciled'>
}

/** The status of a stream, its connection, and the length of its text. */
export function StreamBadges({ state: { text, status, connection, isReconciled } }: StreamBadgesProps) {
  return (
    <div className="badges">
      <span className="badge" data-status={status} title="The stream’s status, as the server says it">
        {status}
      </span>
      <span className="badge" data-connection={connection} title="How this pane is connected to it">
        {connection}
      </span>
      <span className="count" title="Characters of the stream’s text, with the marks of its parts">
        {formatCount(text.length)}
      </span>
      {isReconciled && (
        <span className="badge" data-reconciled="" title="The store contradicted what was shown, and replaced it">
          reconciled
        </span>
      )}
    </div>
  )
}
