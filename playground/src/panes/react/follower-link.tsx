import { useState } from 'react'
import type { PaneMessage, PaneProps } from '../pane-view'
import { copyAddress, copyWord } from '../shared/copy-address'

export interface FollowerLinkProps extends Pick<PaneProps, 'otherView'> {
  readonly last: PaneMessage | undefined
}

/** Links to this conversation with a follower alone, for another tab or device. */
export function FollowerLink({ last, otherView }: FollowerLinkProps) {
  const [word, setWord] = useState(copyWord)
  if (last === undefined)
    return <p className="remark">Once something was asked, there is a link to follow it elsewhere.</p>
  return (
    <div className="follower-link">
      <a className="button" href={otherView} target="_blank" rel="noopener">
        Open as a follower <span aria-hidden="true">↗</span>
      </a>
      <button type="button" className="quiet" onClick={() => copyAddress(otherView, setWord)}>
        <span role="status">{word}</span>
      </button>
    </div>
  )
}
