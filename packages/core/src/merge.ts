import type { Chunk } from './types'

/** The text shown, and what is known of where it came from. */
export interface Shown {
  readonly text: string
  /** The epoch of the text, once a source has told one. */
  readonly epoch: number | undefined
  /** Where that epoch began: text before it is durable, and stays whatever epochs follow. */
  readonly base: number | undefined
  /** How often text that was shown has been replaced or cut (P9). */
  readonly cuts: number
}

/** A piece of the text from a live source, or a look at the persisted text. */
export interface Piece extends Omit<Chunk, 'offset'> {
  /** @default 0 */
  readonly offset?: number | undefined
  /** Durable text: where it disagrees with what is shown, it is right. */
  readonly isSnapshot?: boolean
  /** Nothing follows this piece, and the text is complete. */
  readonly isDone?: boolean
}

export interface Merged {
  /**
   * - `stale`: the piece is from an older epoch, or
   * - `duplicate`: it brings nothing that is not shown; in both cases `shown` is the same reference
   * - `appended`: what is beyond the shown text was added
   * - `reconciled`: text that was shown has been cut or replaced
   * - `gap`: text between what is shown and the piece is missing, and the source is to be given up
   */
  readonly outcome: 'stale' | 'duplicate' | 'appended' | 'reconciled' | 'gap'
  readonly shown: Shown
}

/**
 * The merge rule: pure, idempotent, and indifferent to which source a piece came from.
 *
 * A text shown without an epoch adopts the first one it hears of, and nothing is cut for it: such a text was durable, or
 * comes from a backend without epochs.
 */
export function merge(shown: Shown, piece: Piece): Merged {
  const { offset = 0, text: added, isSnapshot, epoch = shown.epoch } = piece
  const { epoch: known = epoch } = shown
  if (Number(epoch) < Number(known)) return { outcome: 'stale', shown }

  let { text, base } = shown
  if (epoch !== shown.epoch) base = piece.base
  if (epoch !== known) {
    // An epoch that was missed may have begun anywhere after the one shown.
    text = text.slice(0, epoch === Number(known) + 1 ? base : Math.min(shown.base ?? 0, base ?? 0))
  }
  let isCut = text.length < shown.text.length

  const end = offset + added.length
  const isGap = offset > text.length
  const overlap = isGap ? 0 : Math.min(end, text.length) - offset
  if (isSnapshot && added.slice(0, overlap) !== text.slice(offset, offset + overlap)) {
    text = text.slice(0, offset) + added
    isCut = true
  } else if (!isGap && end > text.length) {
    text = isSnapshot && !offset ? added : text + added.slice(overlap)
  } else if (piece.isDone && end < text.length) {
    text = text.slice(0, end)
    isCut = true
  }

  const isSame = text === shown.text
  return {
    outcome: isGap ? 'gap' : isCut ? 'reconciled' : isSame ? 'duplicate' : 'appended',
    shown: isSame && !isCut && epoch === shown.epoch ? shown : { text, epoch, base, cuts: shown.cuts + Number(isCut) },
  }
}
