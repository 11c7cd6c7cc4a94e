import { useState } from 'react'
import type { Chat, Message } from '../../shared/chat'
import { ApiError, readChat } from './chats-api'
import { usePolling } from './use-polling'

export interface ChatView {
  /** `undefined` if there is none, or while it loads. */
  readonly chat: Chat | undefined
  readonly error: ApiError | undefined
  /** Shows a question that was just asked, without waiting for the next poll. */
  add(chatId: string, message: Message): void
}

/** The questions of a conversation, including those that other visitors ask. */
export function useChat(chatId: string | undefined): ChatView {
  const [known, setKnown] = useState<Chat>()
  const [failure, setFailure] = useState<{ chatId: string; error: ApiError }>()

  usePolling(`chat ${chatId}`, async (signal) => {
    if (chatId === undefined) return
    try {
      const found = await readChat(chatId, signal)
      setKnown((before) => newer(before, found))
      setFailure(undefined)
    } catch (error) {
      if (!signal.aborted && error instanceof ApiError) setFailure({ chatId, error })
    }
  })

  return {
    chat: known?.chatId === chatId ? known : undefined,
    error: failure?.chatId === chatId ? failure?.error : undefined,
    add(id, message) {
      setKnown((before) => {
        const chat =
          before?.chatId === id
            ? before
            : { chatId: id, title: message.question, createdAt: message.createdAt, messages: [] }
        // A poll may have brought it already. It must still be rendered again, because it is driven here now.
        const isKnown = chat.messages.some(({ streamId }) => streamId === message.streamId)
        return isKnown ? { ...chat } : { ...chat, messages: [...chat.messages, message] }
      })
    },
  }
}

/** Conversations only grow, so a response with fewer questions was sent before the last question was asked. */
function newer(before: Chat | undefined, found: Chat): Chat {
  return before?.chatId === found.chatId && before.messages.length >= found.messages.length ? before : found
}
