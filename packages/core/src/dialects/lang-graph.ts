import type { DecodedEvent } from '../sources/http/decode-event'
import { type Dialect, failure, isObject, textOf, wordOf } from './json'

interface Message {
  readonly type?: unknown
  readonly content?: unknown
  readonly response_metadata?: Reasons | null
  readonly additional_kwargs?: Reasons | null
}

interface Reasons {
  readonly finish_reason?: unknown
  readonly stop_reason?: unknown
}

/**
 * A run of a LangGraph server, streamed with `stream_mode: ['messages-tuple', 'checkpoints']`. Reads the text of the messages of
 * models, also of subgraphs if the run streams them.
 *
 * The end is the checkpoint after which nothing is next, because a server closes the stream in the same way after an interrupt.
 * The `end` event of older servers counts too. The finish reason is that of the last message. An `error` event is an error.
 */
export const langGraph: Dialect = /* @__PURE__ */ Object.assign(
  ({ event = '', data }: { readonly event?: string | undefined; readonly data: string }): DecodedEvent | undefined => {
    if (event === 'end') return { end: true }
    if (event === 'checkpoints') return { end: isLast(JSON.parse(data)) }
    if (event === 'messages' || event.startsWith('messages|')) return readMessage(JSON.parse(data))
    return event === 'error' ? readError(JSON.parse(data)) : undefined
  },
  { endMarker: 'event' as const },
)

function isLast(checkpoint: unknown): boolean {
  const { next } = Object(checkpoint) as { next?: unknown }
  return Array.isArray(next) && next.length === 0
}

/** A tuple of a message, or a part of one, and its metadata. */
function readMessage(tuple: unknown): DecodedEvent | undefined {
  const message: unknown = Array.isArray(tuple) ? tuple[0] : undefined
  if (!isObject(message)) return undefined
  const { type, content, response_metadata, additional_kwargs } = message as Message
  if (type !== 'ai' && type !== 'AIMessageChunk') return undefined
  const { finish_reason, stop_reason } = response_metadata ?? {}
  const reason = wordOf(finish_reason) ?? wordOf(stop_reason) ?? wordOf(additional_kwargs?.stop_reason)
  return { text: textOf(content), finishReason: reason }
}

function readError(error: unknown): DecodedEvent {
  const { error: name } = Object(error) as { error?: unknown }
  return { ...failure({ code: name }), cause: error }
}
