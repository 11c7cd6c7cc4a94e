export type { ChatMessage, ChatRequestOptions, KeptChatTransport, ReconnectOptions, SendOptions } from './chat-types'
export {
  type AnswerRequest,
  type ChatTransportOptions,
  createChatTransport,
  type StartedAnswer,
} from './create-chat-transport'
