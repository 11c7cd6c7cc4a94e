/** @jsxImportSource solid-js */
import { useStream } from '@keepstream/solid'
import { Show } from 'solid-js'
import type { PaneMessage, PaneProps } from '../pane-view'
import { isRunning } from '../shared/answer-facts'
import { StopButton } from './stop-button'

export interface LoneFootProps extends Pick<PaneProps, 'otherView'> {
  readonly last: PaneMessage | undefined
}

/** The footer of a follower alone on its page: the link back, and a stop button. */
export function LoneFoot(props: LoneFootProps) {
  const stream = useStream(() => props.last?.streamId)
  return (
    <div class="lone-foot">
      <p class="remark">
        This page only follows. <a href={props.otherView}>Open both panes</a> to ask.
      </p>
      <Show when={props.last !== undefined && isRunning(stream.status)}>
        <StopButton onStop={stream.stop} />
      </Show>
    </div>
  )
}
