import { useStream } from '@keepstream/react'
import type { PaneMessage, PaneProps } from '../pane-view'
import { isRunning } from '../shared/answer-facts'
import { StopButton } from './stop-button'

export interface LoneFootProps extends Pick<PaneProps, 'otherView'> {
  readonly last: PaneMessage | undefined
}

/** The footer of a follower alone on its page: the link back, and a stop button. */
export function LoneFoot({ last, otherView }: LoneFootProps) {
  const { status, stop } = useStream(last?.streamId)
  return (
    <div className="lone-foot">
      <p className="remark">
        This page only follows. <a href={otherView}>Open both panes</a> to ask.
      </p>
      {last !== undefined && isRunning(status) && <StopButton onStop={stop} />}
    </div>
  )
}
