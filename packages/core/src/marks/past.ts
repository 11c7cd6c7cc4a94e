import type { Channels } from './channels'

/** Which channels a text had from an offset on, and before. It only keeps the changes, and what a rewind withdrew is forgotten. */
export interface Past {
  readonly channels: Channels
  /** In UTF-16 code units: the end of the mark or the character that changed them. */
  readonly offset: number
  readonly before?: Past
}

export function afterChange(past: Past, channels: Channels, offset: number): Past {
  return channels === past.channels ? past : { channels, offset, before: past }
}

/** The past that a text had at an earlier offset. Inside a mark it is that of the mark's start. */
export function goBack(past: Past, offset: number): Past {
  let last = past
  while (last.before && last.offset > offset) last = last.before
  return last
}
