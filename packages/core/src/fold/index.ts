export { createFold } from './create-fold'
export type { Fold, FoldedState, FoldedStream, FoldRules } from './fold'
