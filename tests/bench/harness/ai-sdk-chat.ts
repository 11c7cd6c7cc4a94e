import { AbstractChat, type ChatState, type ChatStatus, DefaultChatTransport, type UIMessage } from 'ai'

/** A chat of the AI SDK without a framework: its state is a plain object. */
class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = 'ready'
  error: Error | undefined
  messages: UIMessage[] = []
  readonly onChange: () => void

  constructor(onChange: () => void) {
    this.onChange = onChange
  }
  pushMessage = (message: UIMessage) => {
    this.messages = [...this.messages, message]
    this.onChange()
  }
  popMessage = () => {
    this.messages = this.messages.slice(0, -1)
  }
  replaceMessage = (index: number, message: UIMessage) => {
    this.messages = this.messages.map((old, place) => (place === index ? message : old))
    this.onChange()
  }
  snapshot = <Thing>(thing: Thing) => structuredClone(thing)
}

class PlainChat extends AbstractChat<UIMessage> {}

/**
 * Asks once. When the connection breaks, it resumes the answer at once, which the AI SDK leaves to the application.
 *
 * @param onText called with the answer so far, each time that it has changed
 */
export function askAiSdk(url: string, id: string, plan: unknown, onText: (text: string) => void): PlainChat {
  const state = new PlainState(() => {
    const last = state.messages.at(-1)
    if (last?.role !== 'assistant') return
    onText(last.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''))
  })
  const resume = () => void chat.resumeStream()
  const chat = new PlainChat({
    id,
    state,
    transport: new DefaultChatTransport({
      api: `${url}/chat?id=${id}&plan=${encodeURIComponent(JSON.stringify(plan))}`,
      fetch: fetchAsInBrowser,
      prepareReconnectToStreamRequest: () => ({ api: `${url}/chat/${id}/stream` }),
    }),
    // In a task of its own, because the chat has not left its failed request yet.
    onFinish: ({ isDisconnect }) => void (isDisconnect && setTimeout(resume, 0)),
    onError: () => undefined,
  })
  chat.sendMessage({ text: 'A question' })
  return chat
}

/** A browser reports a lost connection as a "network error", which the AI SDK looks for. Node has other words for it. */
const fetchAsInBrowser: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const reader = response.body?.getReader()
  if (!reader) return response
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (cause) {
        controller.error(new TypeError('network error', { cause }))
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}
