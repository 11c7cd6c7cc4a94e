import type { StoreModel } from '../store-model'

/** One act on one stream, as it was asked for and answered. */
export interface Act {
  /** Who asked: the number of a process. */
  readonly by: number
  readonly id: string
  /** The act with what it was given, as a failure shows it. */
  readonly what: string
  /** Its place among all beginnings and ends of the history. */
  readonly begun: number
  /** `Infinity` while it has no answer, and for ever if it rejected: it took effect at some time after its beginning, or never. */
  ended: number
  /** The store's clock meanwhile, in milliseconds. */
  readonly now: number
  answer: unknown
  /** Does the same to a model, and answers what the model does. */
  play(model: StoreModel): unknown
}
