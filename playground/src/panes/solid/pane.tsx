/** @jsxImportSource solid-js */
import { Match, Show, Switch } from 'solid-js'
import type { PaneProps } from '../pane-view'
import { Composer } from './composer'
import { Conversation } from './conversation'
import { EmptyState } from './empty-state'
import { FollowerLink } from './follower-link'
import { LoneFoot } from './lone-foot'

/** A pane: the conversation, and a footer. */
export function Pane(props: PaneProps) {
  const last = () => props.messages?.at(-1)
  return (
    <>
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
          <Conversation client={props.client} messages={props.messages ?? []} canBegin={props.kind === 'driver'} />
        </Show>
      </div>
      <div class="pane-foot">
        <Switch fallback={<FollowerLink last={last()} otherView={props.otherView} />}>
          <Match when={props.kind === 'driver'}>
            <Composer client={props.client} last={last()} problem={props.problem} onAsk={props.onAsk} />
          </Match>
          <Match when={props.isLone}>
            <LoneFoot client={props.client} last={last()} otherView={props.otherView} />
          </Match>
        </Switch>
      </div>
    </>
  )
}
