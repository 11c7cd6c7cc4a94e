/** @jsxImportSource solid-js */
import type { StreamState } from '@keepstream/solid'
import { Show } from 'solid-js'
import { formatCount } from '../shared/answer-facts'

export interface StreamBadgesProps {
  readonly state: Pick<StreamState, 'text' | 'status' | 'connection' | 'isReconciled'>
}

/** The status of a stream, its connection, and the length of its text. */
export function StreamBadges(props: StreamBadgesProps) {
  return (
    <div class="badges">
      <span class="badge" data-status={props.state.status} title="The stream’s status, as the server says it">
        {props.state.status}
      </span>
      <span class="badge" data-connection={props.state.connection} title="How this pane is connected to it">
        {props.state.connection}
      </span>
      <span class="count" title="Characters of the stream’s text, with the marks of its parts">
        {formatCount(props.state.text.length)}
      </span>
      <Show when={props.state.isReconciled}>
        <span class="badge" data-reconciled="" title="The store contradicted what was shown, and replaced it">
          reconciled
        </span>
      </Show>
    </div>
  )
}
