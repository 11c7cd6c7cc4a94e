import { createChatTransport } from '@keepstream/ai-sdk/client'
import { createStreamClient, keepstream } from '@keepstream/core'
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

const id = new URLSearchParams(location.search).get('chat') ?? ''

/** The answers of a chat: the questions are stored with the application, and the last answer is read from its streams. */
const answers = `/chats/${encodeURIComponent(id)}/answers`

const transport = createChatTransport({
  client: createStreamClient(keepstream({ url: '/streams' })),
  async start({ messages }) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(answers, { method: 'POST', headers, body: JSON.stringify({ messages }) })
    return (await response.json()).id
  },
  async find() {
    return (await (await fetch(answers)).json()).ids
  },
})

/** The options of the chat. `messages` are those before the last answer, of the type that the framework's own copy of `ai` has. */
export async function loadChat() {
  const { messages } = (await (await fetch(answers)).json()) as { messages: never[] }
  return { id, transport, messages }
}
