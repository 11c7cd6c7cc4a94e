import type { About } from '../../shared/about'
import type { Chat, ChatSummary } from '../../shared/chat'

/** The server's `{ code, message }`, or `network` when there was no response. */
export class ApiError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiError'
    this.code = code
  }
}

export interface Asked {
  readonly chatId: string
  readonly streamId: string
}

/** Without `chatId`, a new conversation begins. */
export async function ask(prompt: string, chatId: string | undefined): Promise<Asked> {
  return (await request('/api/chats', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ prompt, chatId }),
  })) as Asked
}

export async function readChat(chatId: string, signal: AbortSignal): Promise<Chat> {
  return (await request(`/api/chats/${encodeURIComponent(chatId)}`, { signal })) as Chat
}

export async function listChats(signal: AbortSignal): Promise<ChatSummary[]> {
  return ((await request('/api/chats', { signal })) as { chats: ChatSummary[] }).chats
}

export async function readAbout(signal: AbortSignal): Promise<About> {
  return (await request('/api/about', { signal })) as About
}

async function request(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new ApiError('network', 'The server cannot be reached.', { cause })
  })
  if (response.ok) return await response.json()
  // A proxy's error page is no JSON. Then the status is enough.
  const refusal = (await response.json().catch(() => ({}))) as { code?: string; message?: string }
  throw new ApiError(refusal.code ?? 'server', refusal.message ?? `The server returned ${response.status}.`)
}
