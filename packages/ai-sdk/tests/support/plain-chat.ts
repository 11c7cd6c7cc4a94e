import type { ChatState, ChatStatus, ChatTransport, UIMessage } from 'ai'
import * as ai6 from 'ai'
import * as ai7 from 'ai-7'

export type Chat = InstanceType<typeof ai6.AbstractChat<UIMessage>>

/** The state of a chat without a framework. */
class PlainState implements ChatState<UIMessage> {
  status: ChatStatus = 'ready'
  error: Error | undefined
  messages: UIMessage[]

  constructor(messages: UIMessage[]) {
    this.messages = messages
  }

  pushMessage = (message: UIMessage) => {
    this.messages = [...this.messages, message]
  }
  popMessage = () => {
    this.messages = this.messages.slice(0, -1)
  }
  replaceMessage = (index: number, message: UIMessage) => {
    this.messages = this.messages.map((old, at) => (at === index ? message : old))
  }
  snapshot = <Value>(value: Value) => structuredClone(value)
}

export interface ChatOptions {
  readonly id: string
  readonly transport: ChatTransport<UIMessage>
  readonly messages?: UIMessage[]
  readonly sendAutomaticallyWhen?: (options: { messages: UIMessage[] }) => boolean
}

function chatOf(ai: { readonly AbstractChat: typeof ai6.AbstractChat }) {
  class PlainChat extends ai.AbstractChat<UIMessage> {}
  return ({ messages = [], ...options }: ChatOptions): Chat =>
    new PlainChat({ ...options, state: new PlainState(messages) }) as Chat
}

/** The chat that all `useChat` of a major version share. */
export const versions = [
  { name: '6', ai: ai6, openChat: chatOf(ai6) },
  { name: '7', ai: ai7 as unknown as typeof ai6, openChat: chatOf(ai7 as unknown as typeof ai6) },
] as const
