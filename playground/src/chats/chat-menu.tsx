import type { MouseEvent } from 'react'
import type { ChatSummary } from '../../shared/chat'
import { type Route, routePath } from '../route/route'

export interface ChatMenuProps {
  readonly chats: readonly ChatSummary[]
  readonly route: Route
  readonly onOpen: (chatId: string | undefined) => void
}

/** The list of conversations, and the link to a new one. */
export function ChatMenu({ chats, route, onOpen }: ChatMenuProps) {
  const pathTo = (chatId: string | undefined) => routePath({ ...route, chatId })
  /** A plain click stays in this page. A click with a modifier opens a new tab. */
  const onClick = (chatId: string | undefined) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    onOpen(chatId)
  }
  return (
    <nav className="menu" aria-label="Conversations">
      <a
        className="new-chat"
        href={pathTo(undefined)}
        onClick={onClick(undefined)}
        aria-current={route.chatId === undefined ? 'page' : undefined}
      >
        <span aria-hidden="true">+</span> New conversation
      </a>
      {chats.length > 0 && (
        <ul>
          {chats.map(({ chatId, title, questions }) => (
            <li key={chatId}>
              <a
                href={pathTo(chatId)}
                onClick={onClick(chatId)}
                aria-current={chatId === route.chatId ? 'page' : undefined}
                title={title}
              >
                <span className="menu-title">{title}</span>
                {questions > 1 && (
                  <span className="menu-count" title={`${questions} questions`}>
                    {questions}
                  </span>
                )}
              </a>
            </li>
          ))}
        </ul>
      )}
    </nav>
  )
}
