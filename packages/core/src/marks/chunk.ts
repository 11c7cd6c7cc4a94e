/**
 * A chunk of the AI SDK's UI message stream, or one of your own: an object with a `type`. The encoder and the decoder read the
 * chunks that open, fill and close channels (docs/marks.md). All others pass through.
 */
export interface UiChunk {
  readonly type: string
  readonly [field: string]: unknown
}

export type ChannelKind = 'text' | 'reasoning' | 'tool-input'

/** What a chunk says about a channel: it opens it, adds text to it, or closes it. */
export interface ChannelChunk {
  readonly kind: ChannelKind
  readonly act: 'start' | 'delta' | 'end' | 'available' | 'error'
  /** Unique among the open channels of its kind. */
  readonly id: unknown
}

/** Undefined for a chunk that is about no channel. */
export function channelOf(chunk: UiChunk): ChannelChunk | undefined {
  const [, kind, act] = /^(text|reasoning|tool-input)-(start|delta|end|available|error)$/.exec(chunk.type) ?? []
  return kind === undefined
    ? undefined
    : ({ kind, act, id: chunk[kind === 'tool-input' ? 'toolCallId' : 'id'] } as ChannelChunk)
}

/** The text that a delta adds, if it has one. */
export function deltaOf(chunk: UiChunk): string | undefined {
  const delta = chunk[chunk.type === 'tool-input-delta' ? 'inputTextDelta' : 'delta']
  return typeof delta === 'string' ? delta : undefined
}

/** The delta that adds `text` to a channel. */
export function createDelta(kind: ChannelKind, id: unknown, text: string): UiChunk {
  const type = `${kind}-delta`
  return kind === 'tool-input' ? { type, toolCallId: id, inputTextDelta: text } : { type, id, delta: text }
}
