import { createMarkEncoder, type UiChunk } from '@keepstream/core/marks'
import { type SearchHit, type SearchInput, searchTool } from '../../shared/search-call'

/** Writes the parts of one answer as marked text (docs/marks.md). Each method returns the text to append. */
export interface AnswerWriter {
  /** Adds to the thoughts or to the prose. A new part begins if the current one is of another kind. */
  add(kind: 'reasoning' | 'text', delta: string): string
  /** Writes a chunk of a tool call, after the end of the current part. */
  push(chunk: UiChunk): string
  /** Ends the current part. */
  end(): string
}

export function createAnswerWriter(): AnswerWriter {
  const marks = createMarkEncoder()
  let current: { readonly kind: 'reasoning' | 'text'; readonly id: string } | undefined
  let count = 0

  function end(): string {
    if (current === undefined) return ''
    const { kind, id } = current
    current = undefined
    return marks.push({ type: `${kind}-end`, id })
  }

  function begin(kind: 'reasoning' | 'text'): string {
    const before = end()
    current = { kind, id: String(count++) }
    return before + marks.push({ type: `${kind}-start`, id: current.id })
  }

  return {
    add(kind, delta) {
      if (delta === '') return ''
      const before = current?.kind === kind ? '' : begin(kind)
      return before + marks.push({ type: `${kind}-delta`, id: current?.id, delta })
    },
    push: (chunk) => end() + marks.push(chunk),
    end,
  }
}

/** The chunks of a search: its input as a model writes it, and its result. */
export interface SearchChunks {
  readonly start: UiChunk
  /** The input as JSON, which is written piece by piece. */
  readonly json: string
  readonly delta: (piece: string) => UiChunk
  readonly available: UiChunk
  readonly output: UiChunk
}

export function searchChunks(query: string, hits: readonly SearchHit[]): SearchChunks {
  const input: SearchInput = { query }
  const call = { toolCallId: 'search-1', toolName: searchTool }
  const { toolCallId } = call
  return {
    start: { type: 'tool-input-start', ...call },
    json: JSON.stringify(input),
    delta: (piece) => ({ type: 'tool-input-delta', toolCallId, inputTextDelta: piece }),
    available: { type: 'tool-input-available', ...call, input },
    output: { type: 'tool-output-available', toolCallId, output: hits },
  }
}
