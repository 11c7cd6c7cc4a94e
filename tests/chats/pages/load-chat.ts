import { createChatTransport } from '@keepstream/ai-sdk/client'
import { createStreamClient, keepstream } from '@keepstream/core'
import { chatId, loadMessages } from './page'

const transport = createChatTransport({
  client: createStreamClient(keepstream({ url: '/streams' })),
  async start({ chatId, messages }) {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(messages) }
    return (await (await fetch(`/api/chat/${chatId}`, init)).json()).id
  },
  find: async (chatId) => (await (await fetch(`/api/chat/${chatId}`)).json()).ids,
})

/** The options of the chat. `messages` are those before the last answer. */
export async function loadChat() {
  return { id: chatId, transport, messages: await loadMessages() }
}
