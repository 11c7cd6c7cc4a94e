import type { UIMessage } from 'ai'

/** What a chat shows. */
export interface ShownChat {
  readonly status: string
  readonly error: string | undefined
  readonly messages: readonly UIMessage[]
}

/** What a test does with a chat. */
export interface OpenedChat {
  shown(): ShownChat
  send(text: string): void
  stop(): void
  approve(id: string): void
  /** Removes the component, as a router does when the person goes elsewhere in the application. */
  leave(): void
}

declare global {
  var chat: OpenedChat | undefined
}

export const chatId = new URLSearchParams(location.search).get('chat') ?? ''

/** Loads the messages of the chat, of the type that the framework's own copy of `ai` has. */
export async function loadMessages() {
  const { messages } = (await (await fetch(`/api/chat/${chatId}`)).json()) as { messages: never[] }
  return messages
}
