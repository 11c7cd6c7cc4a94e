import type { MouseEvent } from 'react'
import type { ChatSummary } from '../shared/chat'
import { chatPath } from './use-route'

export interface ChatMenuProps {
  readonly chats: readonly ChatSummary[]
  readonly current: string | undefined
  readonly onOpen: (chatId: string | undefined) => void
}

/** The conversations that were had, and the way to a new one. */
export function ChatMenu({ chats, current, onOpen }: ChatMenuProps) {
  /** Plain clicks stay in this page; a click that asks for a new tab gets one. */
  const onClick = (chatId: string | undefined) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    onOpen(chatId)
  }
  return (
    <nav className="menu" aria-label="Conversations">
      <a
        className="new-chat"
        href="/"
        onClick={onClick(undefined)}
        aria-current={current === undefined ? 'page' : undefined}
      >
        <span aria-hidden="true">+</span> New conversation
      </a>
      {chats.length > 0 && (
        <ul>
          {chats.map(({ chatId, title, questions }) => (
            <li key={chatId}>
              <a
                href={chatPath(chatId)}
                onClick={onClick(chatId)}
                aria-current={chatId === current ? 'page' : undefined}
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
