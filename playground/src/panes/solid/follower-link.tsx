/** @jsxImportSource solid-js */
import { createSignal, Show } from 'solid-js'
import type { PaneMessage, PaneProps } from '../pane-view'
import { copyAddress, copyWord } from '../shared/copy-address'

export interface FollowerLinkProps extends Pick<PaneProps, 'otherView'> {
  readonly last: PaneMessage | undefined
}

/** Links to this conversation with a follower alone, for another tab or device. */
export function FollowerLink(props: FollowerLinkProps) {
  const [word, setWord] = createSignal(copyWord)
  return (
    <Show
      when={props.last}
      fallback={<p class="remark">Once something was asked, there is a link to follow it elsewhere.</p>}
    >
      <div class="follower-link">
        <a class="button" href={props.otherView} target="_blank" rel="noopener">
          Open as a follower <span aria-hidden="true">↗</span>
        </a>
        <button type="button" class="quiet" onClick={() => copyAddress(props.otherView, setWord)}>
          <span role="status">{word()}</span>
        </button>
      </div>
    </Show>
  )
}
