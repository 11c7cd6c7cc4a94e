import { Chat, type UIMessage, useChat } from '@ai-sdk/react'
import { lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { loadChat } from '../chat'

// A chat that `useChat` creates itself is stopped when its component unmounts.
const kept = new Chat<UIMessage>({
  ...(await loadChat()),
  sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
})

function Messages({ onLeave }: { onLeave: () => void }) {
  const { messages, status, error, sendMessage, stop, addToolApprovalResponse } = useChat({ chat: kept, resume: true })
  globalThis.chat = {
    shown: () => ({ status, error: error && String(error), messages }),
    send: (text) => void sendMessage({ text }),
    stop: () => void stop(),
    approve: (id) => void addToolApprovalResponse({ id, approved: true }),
    leave: onLeave,
  }
  return messages.map((message) => <Message key={message.id} message={message} />)
}

function Message({ message: { role, parts } }: { message: UIMessage }) {
  return (
    <article data-role={role}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a message only grow
        <p key={index}>{'text' in part ? part.text : part.type}</p>
      ))}
    </article>
  )
}

const root = createRoot(document.querySelector('main') as HTMLElement)
root.render(
  <StrictMode>
    <Messages onLeave={() => root.unmount()} />
  </StrictMode>,
)
