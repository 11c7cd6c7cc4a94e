export { createFold } from './create-fold'
export type { Fold, FoldedState, FoldedStream, FoldRules } from './fold'
export { type DeepPartial, json } from './json/json'
export { lines } from './lines'
