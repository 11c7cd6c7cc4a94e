import type { TextStep } from '../../reading/text-source'

/** Turns the steps of a source into what one response sends. */
export interface Encoder {
  /**
   * What to send for this step, which may be nothing: an empty array. `undefined` ends the response. If it throws, the
   * response fails, so that its reader does not take the text for whole. Responses may share an array, so it is never
   * changed.
   *
   * @param position where the source is after the step
   */
  encode(step: TextStep, position: number): Uint8Array | undefined
  /** Nothing marks the end, so a response that ends early must fail. */
  readonly isRaw: boolean
  /** What shows that the connection still works. Empty if nothing can be sent between two parts of the text. */
  readonly keepAlive: Uint8Array
}
