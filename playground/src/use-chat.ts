import { useState } from 'react'
import type { Chat, Message } from '../shared/chat'
import { ApiError, readChat } from './chats-api'
import { usePolling } from './use-polling'

export interface ChatView {
  /** `undefined` while there is none, or while it loads. */
  readonly chat: Chat | undefined
  readonly error: ApiError | undefined
  /** Shows a question that was just asked, without waiting for the next look. */
  add(chatId: string, message: Message): void
}

/** The questions of a conversation; those that others ask appear too. */
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
        // A look may have brought it already; what is shown is rendered anew all the same, now that it is driven here.
        const isKnown = chat.messages.some(({ streamId }) => streamId === message.streamId)
        return isKnown ? { ...chat } : { ...chat, messages: [...chat.messages, message] }
      })
    },
  }
}

/** Conversations only grow, so an answer with fewer questions was on its way before the last one was asked. */
function newer(before: Chat | undefined, found: Chat): Chat {
  return before?.chatId === found.chatId && before.messages.length >= found.messages.length ? before : found
}
