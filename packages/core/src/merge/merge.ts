import type { Chunk, Origin } from '../types'

/** The text shown, and where it came from as far as that is known. */
export interface Shown {
  readonly text: string
  /** The epoch of the text, once a source has named one. Text before its base is durable, and stays in every later epoch. */
  readonly origin: Origin | undefined
  /**
   * How much of the text is known to belong to that epoch or, without an epoch, to be durable. The rest was kept by a page,
   * or came from a drive without epochs that is over. It is shown, and compared with what is read next.
   */
  readonly verified: number
  /** How often shown text was replaced or cut (P9). */
  readonly cuts: number
}

/** A chunk of a live source, or a snapshot of the persisted text. */
export interface MergeInput extends Chunk {
  /** This is durable text. Where it differs from the shown text, it replaces that. */
  readonly isSnapshot?: boolean
  /** A page kept this text without an epoch. It may be the text of a generation that was lost. */
  readonly isKept?: boolean
  /** The text is complete at the end of this chunk. */
  readonly isDone?: boolean
}

export interface Merged {
  /**
   * - `stale`: the chunk is of an older epoch. `shown` is the same reference.
   * - `duplicate`: all of the chunk is shown already. `shown` is the same reference.
   * - `appended`: the part beyond the shown text was added.
   * - `reconciled`: shown text was cut or replaced.
   * - `gap`: text between the shown text and the chunk is missing. The source has to be closed.
   */
  readonly outcome: 'stale' | 'duplicate' | 'appended' | 'reconciled' | 'gap'
  /** The text that was added at the end, unless shown text was cut or replaced. Thus nobody has to look at the whole text. */
  readonly delta?: string
  readonly shown: Shown
}

/**
 * The merge rule (docs/design.md, section 4). It is pure and idempotent, and does not depend on which source a chunk came
 * from.
 *
 * Text without an epoch adopts the first epoch that a source names. Nothing is cut for that: text that is not verified is
 * compared with the chunks that are read, and a chunk that begins beyond the verified text is beyond a gap.
 */
export function merge(shown: Shown, chunk: MergeInput): Merged {
  const { offset, text: added, origin: named, isSnapshot, isKept } = chunk
  let { text, origin, verified } = shown
  if (isSnapshot && origin && !named) {
    // A source without epochs cannot say which text it continues. Only what was durable when this epoch began is the same.
    verified = Math.min(verified, origin.base)
    origin = undefined
  }
  if (named && origin && named.epoch < origin.epoch) return { outcome: 'stale', shown }

  if (named && named.epoch !== origin?.epoch) {
    if (origin) {
      // An epoch that was missed may have begun anywhere after the shown one, or the stream may be a later one with the same id.
      const isNext = named.epoch === origin.epoch + 1
      const kept = isNext ? named.base : Math.min(origin.base, named.base)
      if (kept < verified) text = text.slice(0, kept)
      verified = isNext ? Math.min(verified, kept) : 0
    }
    origin = { epoch: named.epoch, base: named.base }
  }
  let isCut = text.length < shown.text.length

  const end = offset + added.length
  let delta: string | undefined
  const isGap = offset > verified
  if (!isGap) {
    const overlap = Math.min(end, text.length) - offset
    const from = isSnapshot ? offset : Math.max(offset, verified)
    if (added.slice(from - offset, overlap) !== text.slice(from, offset + overlap)) {
      text = text.slice(0, from) + added.slice(from - offset)
      verified = isKept ? Math.min(verified, offset) : text.length
      isCut = true
    } else {
      if (end > text.length) {
        delta = added.slice(overlap)
        text = isSnapshot && !offset ? added : text + delta
      } else if (chunk.isDone && end < text.length) {
        text = text.slice(0, end)
        isCut = true
      }
      verified = Math.min(isKept ? verified : Math.max(verified, end), text.length)
    }
  }

  const isSame = text === shown.text
  return {
    outcome: isGap ? 'gap' : isCut ? 'reconciled' : isSame ? 'duplicate' : 'appended',
    ...(delta && !isCut && { delta }),
    shown:
      isSame && !isCut && origin === shown.origin && verified === shown.verified
        ? shown
        : { text, origin, verified, cuts: shown.cuts + Number(isCut) },
  }
}
