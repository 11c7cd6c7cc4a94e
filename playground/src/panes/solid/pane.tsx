/** @jsxImportSource solid-js */
import { StreamProvider } from '@keepstream/solid'
import { Match, Show, Switch } from 'solid-js'
import type { PaneProps } from '../pane-view'
import { Composer } from './composer'
import { Conversation } from './conversation'
import { EmptyState } from './empty-state'
import { FollowerLink } from './follower-link'
import { LoneFoot } from './lone-foot'

/** A pane: the conversation, and a footer. All of it reads with the pane's client. */
export function Pane(props: PaneProps) {
  const last = () => props.messages?.at(-1)
  return (
    <StreamProvider client={props.client}>
      <div class="conversation">
        <Show
          when={last() !== undefined && props.chatId}
          keyed
          fallback={
            <EmptyState
              kind={props.kind}
              isLone={props.isLone}
              isLoaded={props.messages !== undefined}
              problem={props.problem}
              onAsk={props.onAsk}
            />
          }
        >
          <Conversation messages={props.messages ?? []} canBegin={props.kind === 'driver'} />
        </Show>
      </div>
      <div class="pane-foot">
        <Switch fallback={<FollowerLink last={last()} otherView={props.otherView} />}>
          <Match when={props.kind === 'driver'}>
            <Composer last={last()} problem={props.problem} onAsk={props.onAsk} />
          </Match>
          <Match when={props.isLone}>
            <LoneFoot last={last()} otherView={props.otherView} />
          </Match>
        </Switch>
      </div>
    </StreamProvider>
  )
}
