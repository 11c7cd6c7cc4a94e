import { followerReader } from './clients'
import { HurtButtons } from './hurt/hurt-buttons'
import { PaneFrame } from './pane-frame'
import { type Route, routePath } from './route'
import { TimelineStrip } from './timeline/timeline-strip'
import { TopBar } from './top-bar'
import { useChat } from './use-chat'
import { usePaneMessages } from './use-pane-messages'
import type { Navigation } from './use-route'

export interface FollowerViewProps {
  readonly route: Route
  readonly navigation: Navigation
}

/** A conversation as a lone follower sees it, in another tab or on another device. */
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
            onAsk: async () => false, // it only looks on
          }}
          controls={<HurtButtons pane="Follower" reader={followerReader} />}
          timeline={<TimelineStrip timelines={followerReader.timelines} streamId={messages?.at(-1)?.streamId} />}
        />
      </main>
    </div>
  )
}
