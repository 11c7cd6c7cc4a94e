import { followerClient } from './clients'
import { PaneFrame } from './pane-frame'
import { type Route, routePath } from './route'
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
            client: followerClient,
            chatId: route.chatId,
            messages,
            problem: error?.message,
            otherView: routePath({ ...route, isLone: false }),
            onAsk: async () => false, // it only looks on
          }}
        />
      </main>
    </div>
  )
}
