import { useState } from 'react'
import type { ChatSummary } from '../../shared/chat'
import { listChats } from './chats-api'
import { usePolling } from './use-polling'

/** The conversations, the most recently used first. They are polled, and read again when `revision` changes. */
export function useChatList(revision: string): readonly ChatSummary[] {
  const [chats, setChats] = useState<readonly ChatSummary[]>([])
  usePolling(`chats ${revision}`, async (signal) => {
    const found = await listChats(signal).catch(() => undefined) // the conversation itself shows that the server is away
    if (found !== undefined) setChats((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found))
  })
  return chats
}
