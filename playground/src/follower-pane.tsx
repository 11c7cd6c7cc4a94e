import type { Message } from '../shared/chat'
import { followerClient } from './clients'
import { Conversation } from './conversation'
import { FollowerLink } from './follower-link'
import { Pane } from './pane'

export interface FollowerPaneProps {
  readonly chatId: string | undefined
  /** `undefined` while they are loaded. */
  readonly messages: readonly Message[] | undefined
  readonly isShown: boolean
}

/** Looks on: reads the persisted copy by a connection of its own. */
export function FollowerPane({ chatId, messages, isShown }: FollowerPaneProps) {
  return (
    <Pane
      id="follower"
      kind="follower"
      title="Follower"
      subtitle="reads the persisted copy"
      isShown={isShown}
      footer={<FollowerLink chatId={messages?.length ? chatId : undefined} />}
    >
      <Conversation key={chatId ?? ''} client={followerClient} messages={messages ?? []} canDrive={false}>
        {messages !== undefined && (
          <p className="empty-follower">
            Whatever is asked on the left appears here too, read from the database by a second connection, as it would
            be in another tab, on another device, or after a reload.
          </p>
        )}
      </Conversation>
    </Pane>
  )
}
