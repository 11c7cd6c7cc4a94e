import type { StoreModel } from '../store-model'

/** One act on one stream, with its result. */
export interface Act {
  /** The number of the process that called. */
  readonly by: number
  readonly id: string
  /** The act and its arguments, for the message of a failure. */
  readonly what: string
  /** The position of its start among all starts and ends of the history. */
  readonly begun: number
  /** The position of its end. `Infinity` without a result: it took effect at any time after its start, or never. */
  ended: number
  /** The store's clock during the act, in milliseconds. */
  readonly now: number
  answer: unknown
  /** Does the same on a model, and returns the result of the model. */
  play(model: StoreModel): unknown
}
