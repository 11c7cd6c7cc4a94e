import type { Chat, UIMessage } from '@ai-sdk/react'
import { type ComponentType, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { chatId, loadMessages } from '../page'

/** The module `chat.tsx` of an application. */
interface ChatModule {
  openChat(id: string, messages: UIMessage[]): Chat<UIMessage>
  readonly Conversation: ComponentType<{ chat: Chat<UIMessage> }>
}

/** Shows the chat of an application. The test presses its buttons. */
export async function mountChat({ openChat, Conversation }: ChatModule): Promise<void> {
  const chat = openChat(chatId, await loadMessages())
  const root = createRoot(document.querySelector('body > div') as HTMLElement)
  flushSync(() =>
    root.render(
      <StrictMode>
        <Conversation chat={chat} />
      </StrictMode>,
    ),
  )
  globalThis.chat = {
    shown: () => ({ status: chat.status, error: chat.error && String(chat.error), messages: chat.messages }),
    send(text) {
      const form = document.querySelector('form') as HTMLFormElement
      const question = form.elements.namedItem('question') as HTMLInputElement
      question.value = text
      form.requestSubmit()
    },
    stop: () => press('Stop'),
    approve: () => press('Allow'),
    leave: () => root.unmount(),
  }
}

function press(name: string): void {
  const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name)
  if (!button) throw new Error(`there is no button ${name}`)
  button.click()
}
