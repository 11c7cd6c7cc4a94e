import { parts } from '@keepstream/core/fold'

export type { Part, ReasoningPart, TextPart } from '@keepstream/core/fold'

/** What a stream's text makes of an answer: its thoughts, tool calls and prose. All panes share it, so it is made once. */
export const answerParts = parts()
