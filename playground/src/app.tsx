import { useState } from 'react'
import { markAsked } from './asked'
import { ChatMenu } from './chat-menu'
import { ApiError, ask } from './chats-api'
import { DriverPane } from './driver-pane'
import { FollowerPane } from './follower-pane'
import { FollowerView } from './follower-view'
import { TopBar } from './top-bar'
import { useChat } from './use-chat'
import { useChatList } from './use-chat-list'
import { useRoute } from './use-route'

/** The whole page: the conversations, and one of them in two panes. */
export function App() {
  const [{ chatId, isFollower }] = useRoute()
  return isFollower && chatId !== undefined ? <FollowerView chatId={chatId} /> : <Playground />
}

type Shown = 'driver' | 'follower'

function Playground() {
  const [{ chatId }, open] = useRoute()
  const { chat, error, add } = useChat(chatId)
  const chats = useChatList(`${chatId} ${chat?.messages.length}`)
  const [problem, setProblem] = useState<string>()
  const [shown, setShown] = useState<Shown>('driver')
  const [isMenuOpen, setIsMenuOpen] = useState(false)
  // Neither a new conversation nor one that cannot be read has anything to wait for.
  const messages = chat?.messages ?? (chatId === undefined || error !== undefined ? [] : undefined)

  const onOpen = (id: string | undefined) => {
    setProblem(undefined)
    setIsMenuOpen(false)
    open(id)
  }

  const onAsk = async (prompt: string): Promise<boolean> => {
    setProblem(undefined)
    try {
      const asked = await ask(prompt, error?.code === 'not-found' ? undefined : chatId)
      markAsked(asked.streamId)
      add(asked.chatId, { streamId: asked.streamId, question: prompt.trim(), createdAt: Date.now() })
      if (asked.chatId !== chatId) open(asked.chatId)
      return true
    } catch (failure) {
      setProblem(failure instanceof ApiError ? failure.message : 'The question could not be asked.')
      return false
    }
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
        <ChatMenu chats={chats} current={chatId} onOpen={onOpen} />
      </div>
      <main className="panes">
        <DriverPane
          chatId={chatId}
          messages={messages}
          isShown={shown === 'driver'}
          problem={problem ?? error?.message}
          onAsk={onAsk}
        />
        <FollowerPane chatId={chatId} messages={messages} isShown={shown === 'follower'} />
      </main>
    </div>
  )
}
