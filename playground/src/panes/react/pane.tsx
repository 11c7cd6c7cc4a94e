import { StreamProvider } from '@keepstream/react'
import type { PaneProps } from '../pane-view'
import { Composer } from './composer'
import { Conversation } from './conversation'
import { EmptyState } from './empty-state'
import { FollowerLink } from './follower-link'
import { LoneFoot } from './lone-foot'

/** A pane: the conversation, and a footer. All of it reads with the pane's client. */
export function Pane({ kind, isLone, client, chatId, messages, problem, otherView, onAsk }: PaneProps) {
  const last = messages?.at(-1)
  return (
    <StreamProvider client={client}>
      <div className="conversation">
        {messages === undefined || last === undefined ? (
          <EmptyState kind={kind} isLone={isLone} isLoaded={messages !== undefined} problem={problem} onAsk={onAsk} />
        ) : (
          <Conversation key={chatId} messages={messages} canBegin={kind === 'driver'} />
        )}
      </div>
      <div className="pane-foot">
        {kind === 'driver' ? (
          <Composer last={last} problem={problem} onAsk={onAsk} />
        ) : isLone ? (
          <LoneFoot last={last} otherView={otherView} />
        ) : (
          <FollowerLink last={last} otherView={otherView} />
        )}
      </div>
    </StreamProvider>
  )
}
