import { type MediaType, mediaTypes } from '../wire-names'
import type { Encoder } from './encoder'
import { FramedText } from './framed-text'
import { rawEncoder } from './raw-encoder'
import { ReportingEncoder } from './reporting-encoder'
import { sseFrames } from './sse-frames'

/** The forms in which a text is sent as it grows. */
export type LiveForm = Exclude<MediaType, typeof mediaTypes.json>

/** @param now in milliseconds */
export function createEncoder(form: LiveForm, now: () => number): Encoder {
  if (form === mediaTypes.text) return rawEncoder()
  return new ReportingEncoder(form === mediaTypes.sse ? sseFrames : new FramedText(now))
}
