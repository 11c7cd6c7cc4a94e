export { createFold } from './create-fold'
export type { Fold, FoldedState, FoldedStream, FoldRules } from './fold'
export { type DeepPartial, json } from './json/json'
export { lines } from './lines'
export { message, parts } from './message/fold-message'
export type {
  DataPart,
  DynamicToolPart,
  FilePart,
  Message,
  Part,
  PartProgress,
  ReasoningPart,
  SourceDocumentPart,
  SourceUrlPart,
  StepStartPart,
  TextPart,
  ToolFields,
  ToolPart,
} from './message/message'
export { withRewinds } from './with-rewinds'
