import { useState } from 'react'
import { AnsweredBy } from './answered-by'
import { markAsked } from './chats/asked'
import { ChatMenu } from './chats/chat-menu'
import { ApiError, ask } from './chats/chats-api'
import { useChat } from './chats/use-chat'
import { useChatList } from './chats/use-chat-list'
import { usePaneMessages } from './chats/use-pane-messages'
import { driverReader, followerReader } from './clients'
import { FaultButtons } from './faults/fault-buttons'
import { PaneFrame } from './pane-frame'
import type { PaneProps } from './panes/pane-view'
import { currentRoute } from './route/current-route'
import { type PaneKind, type Route, routePath } from './route/route'
import type { Navigation } from './route/use-route'
import { TimelineStrip } from './timeline/timeline-strip'
import { TopBar } from './top-bar'

export interface PlaygroundProps {
  readonly route: Route
  readonly navigation: Navigation
}

/** The conversations, and one of them in two panes. */
export function Playground({ route, navigation }: PlaygroundProps) {
  const { chatId, frameworks } = route
  const { chat, error, add } = useChat(chatId)
  const chats = useChatList(`${chatId} ${chat?.messages.length}`)
  const [problem, setProblem] = useState<string>()
  const [shown, setShown] = useState<PaneKind>('driver')
  const [isMenuOpen, setIsMenuOpen] = useState(false)

  const onOpen = (id: string | undefined) => {
    setProblem(undefined)
    setIsMenuOpen(false)
    navigation.open(id)
  }

  const onAsk = async (prompt: string): Promise<boolean> => {
    setProblem(undefined)
    try {
      const asked = await ask(prompt, error?.code === 'not-found' ? undefined : chatId)
      markAsked(asked.streamId)
      // A user who has opened another conversation meanwhile stays there.
      if (currentRoute().chatId !== chatId) return true
      add(asked.chatId, { streamId: asked.streamId, question: prompt.trim(), createdAt: Date.now() })
      if (asked.chatId !== chatId) navigation.open(asked.chatId)
      return true
    } catch (failure) {
      setProblem(failure instanceof ApiError ? failure.message : 'The question could not be asked.')
      return false
    }
  }

  // A new conversation, or one that cannot be read, has no messages to wait for.
  const nothing = chatId === undefined || error !== undefined ? [] : undefined
  const both = {
    isLone: false,
    chatId,
    problem: problem ?? error?.message,
    otherView: routePath({ ...route, isLone: true }),
    onAsk,
  }
  const driver: PaneProps = {
    ...both,
    kind: 'driver',
    client: driverReader.client,
    messages: usePaneMessages(chat, 'driver') ?? nothing,
  }
  const follower: PaneProps = {
    ...both,
    kind: 'follower',
    client: followerReader.client,
    messages: usePaneMessages(chat, 'follower') ?? nothing,
  }

  return (
    <div className="app" data-menu={isMenuOpen || undefined}>
      <title>{chat === undefined ? 'Keepstream playground' : `${chat.title} · Keepstream`}</title>
      <TopBar>
        <button
          type="button"
          className="menu-button quiet"
          aria-expanded={isMenuOpen}
          aria-controls="menu"
          onClick={() => setIsMenuOpen(!isMenuOpen)}
        >
          {isMenuOpen ? 'Close' : 'Conversations'}
        </button>
        <fieldset className="pane-switch" aria-label="Pane">
          {(['driver', 'follower'] as const).map((pane) => (
            <button key={pane} type="button" aria-pressed={shown === pane} onClick={() => setShown(pane)}>
              {pane === 'driver' ? 'Driver' : 'Follower'}
            </button>
          ))}
        </fieldset>
      </TopBar>
      <div className="side" id="menu">
        <ChatMenu chats={chats} route={route} onOpen={onOpen} />
        <AnsweredBy />
      </div>
      <main className="panes">
        <PaneFrame
          title="Driver"
          subtitle="streams over HTTP"
          isShown={shown === 'driver'}
          framework={frameworks.driver}
          onFramework={(framework) => navigation.choose('driver', framework)}
          content={driver}
          controls={<FaultButtons pane="Driver" reader={driverReader} />}
          timeline={<TimelineStrip timelines={driverReader.timelines} streamId={driver.messages?.at(-1)?.streamId} />}
        />
        <PaneFrame
          title="Follower"
          subtitle="reads the persisted copy"
          isShown={shown === 'follower'}
          framework={frameworks.follower}
          onFramework={(framework) => navigation.choose('follower', framework)}
          content={follower}
          controls={
            <FaultButtons pane="Follower" reader={followerReader} stoppable={follower.messages?.at(-1)?.streamId} />
          }
          timeline={
            <TimelineStrip timelines={followerReader.timelines} streamId={follower.messages?.at(-1)?.streamId} />
          }
        />
      </main>
    </div>
  )
}
