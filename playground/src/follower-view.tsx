import { followerClient } from './clients'
import { Conversation } from './conversation'
import { Pane } from './pane'
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
      <TopBar />
      <main className="panes">
        <Pane
          id="follower"
          kind="follower"
          title="Follower"
          subtitle="reads the persisted copy"
          isShown
          footer={
            <p className="hint">
              This page only looks on. <a href={chatPath(chatId)}>Open both panes</a> to ask.
            </p>
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
