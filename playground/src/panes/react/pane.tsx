import type { PaneProps } from '../pane-view'
import { Composer } from './composer'
import { Conversation } from './conversation'
import { EmptyState } from './empty-state'
import { FollowerLink } from './follower-link'
import { LoneFoot } from './lone-foot'

/** A pane: the conversation, and a footer. */
export function Pane({ kind, isLone, client, chatId, messages, problem, otherView, onAsk }: PaneProps) {
  const last = messages?.at(-1)
  return (
    <>
      <div className="conversation">
        {messages === undefined || last === undefined ? (
          <EmptyState kind={kind} isLone={isLone} isLoaded={messages !== undefined} problem={problem} onAsk={onAsk} />
        ) : (
          <Conversation key={chatId} client={client} messages={messages} canBegin={kind === 'driver'} />
        )}
      </div>
      <div className="pane-foot">
        {kind === 'driver' ? (
          <Composer client={client} last={last} problem={problem} onAsk={onAsk} />
        ) : isLone ? (
          <LoneFoot client={client} last={last} otherView={otherView} />
        ) : (
          <FollowerLink last={last} otherView={otherView} />
        )}
      </div>
    </>
  )
}
