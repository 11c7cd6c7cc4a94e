import { Chat, type UIMessage, useChat } from '@ai-sdk/react'
import { DefaultChatTransport, lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai'

const transport = new DefaultChatTransport<UIMessage>({ api: '/api/chat' })

/** Create one for each chat, outside of components. */
export function openChat(id: string, messages: UIMessage[]) {
  const sendAutomaticallyWhen = lastAssistantMessageIsCompleteWithApprovalResponses
  return new Chat<UIMessage>({ id, messages, transport, sendAutomaticallyWhen })
}

export function Conversation({ chat }: { chat: ReturnType<typeof openChat> }) {
  const { id, messages, status, error, sendMessage, stop, addToolApprovalResponse } = useChat({ chat, resume: true })

  async function stopAnswer() {
    const last = messages.at(-1)
    const body = JSON.stringify({ answer: last?.role === 'assistant' ? last : undefined })
    await fetch(`/api/chat/${id}/stop`, { method: 'POST', body })
    await stop()
  }

  return (
    <main>
      {messages.map(({ id, role, parts }) => (
        <article key={id} data-role={role}>
          {Object.entries(parts).map(([index, part]) => (
            <Part key={index} part={part} onAllow={(id) => addToolApprovalResponse({ id, approved: true })} />
          ))}
        </article>
      ))}
      {error && <p role="alert">{error.message}</p>}
      {status === 'streaming' ? (
        <button type="button" onClick={stopAnswer}>
          Stop
        </button>
      ) : (
        <form action={(form) => void sendMessage({ text: String(form.get('question')) })}>
          <input name="question" />
        </form>
      )}
    </main>
  )
}

function Part({ part, onAllow }: { part: UIMessage['parts'][number]; onAllow: (id: string) => void }) {
  if (part.type === 'text' || part.type === 'reasoning') return <p>{part.text}</p>
  if (!('approval' in part) || part.state !== 'approval-requested') return <p>{part.type}</p>
  return (
    <button type="button" onClick={() => onAllow(part.approval.id)}>
      Allow
    </button>
  )
}
