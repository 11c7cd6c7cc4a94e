import { useStream } from '@keepstream/react'
import { followerClient } from './clients'
import { Conversation } from './conversation'
import { Pane } from './pane'
import { StopButton } from './stop-button'
import { TopBar } from './top-bar'
import { useChat } from './use-chat'
import { chatPath } from './use-route'

export interface FollowerViewProps {
  readonly chatId: string
}

/** A conversation as a lone follower sees it, in another tab or on another device. */
export function FollowerView({ chatId }: FollowerViewProps) {
  const { chat, error } = useChat(chatId)
  return (
    <div className="app" data-lone>
      <title>{chat === undefined ? 'Keepstream follower' : `${chat.title} · Keepstream follower`}</title>
      <TopBar />
      <main className="panes">
        <Pane
          id="follower"
          kind="follower"
          title="Follower"
          subtitle="reads the persisted copy"
          isShown
          footer={
            <div className="lone-foot">
              <p className="hint">
                This page only looks on. <a href={chatPath(chatId)}>Open both panes</a> to ask.
              </p>
              <StopWhileRunning streamId={chat?.messages.at(-1)?.streamId} />
            </div>
          }
        >
          <Conversation key={chatId} client={followerClient} messages={chat?.messages ?? []} canDrive={false}>
            <p className="empty-follower">{error?.message ?? 'Looking for the conversation…'}</p>
          </Conversation>
        </Pane>
      </main>
    </div>
  )
}

/** Apart from the page, so that a frame of text does not render all of it. */
function StopWhileRunning({ streamId }: { readonly streamId: string | undefined }) {
  const { status, stop } = useStream(followerClient, streamId)
  const isRunning = streamId !== undefined && (status === 'pending' || status === 'streaming')
  return isRunning ? <StopButton onStop={stop} /> : null
}
