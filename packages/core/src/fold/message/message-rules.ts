import { implicitOf } from '../../marks/channels'
import type { UiChunk } from '../../marks/chunk'
import { decodeMarks, initialMarkState, type MarkState } from '../../marks/decode-marks'
import type { FoldRules } from '../fold'
import { applyChunk, type Draft } from './apply-chunk'
import type { Fields } from './apply-tool'
import type { Message } from './message'

interface State {
  readonly marks: MarkState
  readonly message: Message<Fields>
  readonly open: ReadonlyMap<string, number>
}

/** The rules of `message`. */
export const messageRules: FoldRules<Message<Fields>, State> = {
  initial: {
    marks: initialMarkState,
    message: { id: '', role: 'assistant', metadata: undefined, parts: [] },
    open: new Map(),
  },
  push(state, delta) {
    const [marks, chunks] = decodeMarks(state.marks, delta)
    // A rewind never comes here, so no earlier channels are kept.
    const past = { channels: marks.channels, offset: 0 }
    return { ...apply(state, chunks), marks: { ...marks, past } }
  },
  value(state, isWhole) {
    // Prose that no mark opened a part for ends with the text.
    const prose = isWhole && implicitOf(state.marks.channels)
    return (prose ? apply(state, [{ type: 'text-end', id: prose.id }]) : state).message
  },
}

function apply(state: State, chunks: readonly UiChunk[]): State {
  const { message } = state
  const draft: Draft = { ...message, parts: [...message.parts], open: new Map(state.open) }
  for (const chunk of chunks) applyChunk(draft, chunk)
  const { open, ...changed } = draft
  const parts = isSame(message.parts, changed.parts) ? message.parts : changed.parts
  const next: Message<Fields> = { ...message, ...changed, parts }
  return { ...state, open, message: isSame(Object.values(message), Object.values(next)) ? message : next }
}

function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((item, index) => item === after[index])
}
