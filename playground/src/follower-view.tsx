import { useChat } from './chats/use-chat'
import { usePaneMessages } from './chats/use-pane-messages'
import { followerReader } from './clients'
import { FaultButtons } from './faults/fault-buttons'
import { PaneFrame } from './pane-frame'
import { type Route, routePath } from './route/route'
import type { Navigation } from './route/use-route'
import { TimelineStrip } from './timeline/timeline-strip'
import { TopBar } from './top-bar'

export interface FollowerViewProps {
  readonly route: Route
  readonly navigation: Navigation
}

/** A conversation with a follower alone, for another tab or another device. */
export function FollowerView({ route, navigation }: FollowerViewProps) {
  const { chat, error } = useChat(route.chatId)
  const messages = usePaneMessages(chat, 'follower')
  return (
    <div className="app" data-lone>
      <title>{chat === undefined ? 'Keepstream follower' : `${chat.title} · Keepstream follower`}</title>
      <TopBar />
      <main className="panes">
        <PaneFrame
          title="Follower"
          subtitle="reads the persisted copy"
          isShown
          framework={route.frameworks.follower}
          onFramework={(framework) => navigation.choose('follower', framework)}
          content={{
            kind: 'follower',
            isLone: true,
            client: followerReader.client,
            chatId: route.chatId,
            messages,
            problem: error?.message,
            otherView: routePath({ ...route, isLone: false }),
            onAsk: async () => false, // it only follows
          }}
          controls={<FaultButtons pane="Follower" reader={followerReader} />}
          timeline={<TimelineStrip timelines={followerReader.timelines} streamId={messages?.at(-1)?.streamId} />}
        />
      </main>
    </div>
  )
}
