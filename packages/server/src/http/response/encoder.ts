import type { TextStep } from '../../reading/text-source'
import { type MediaType, mediaTypes } from '../wire-names'
import { createFrames } from './binary-frames'
import { rawEncoder } from './raw-encoder'
import { reportingEncoder } from './reporting-encoder'
import { sseFrames } from './sse-frames'

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

/** The forms in which a text is sent as it grows. */
export type LiveForm = Exclude<MediaType, typeof mediaTypes.json>

/** @param now in milliseconds */
export function createEncoder(form: LiveForm, now: () => number): Encoder {
  if (form === mediaTypes.text) return rawEncoder()
  return reportingEncoder(form === mediaTypes.sse ? sseFrames : createFrames(now))
}
