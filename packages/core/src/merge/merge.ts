import type { Chunk } from '../types'

/** The text shown, and what is known of where it came from. */
export interface Shown {
  readonly text: string
  /** The epoch of the text, once a source has told one. */
  readonly epoch: number | undefined
  /** Where that epoch began: text before it is durable, and stays whatever epochs follow. */
  readonly base: number | undefined
  /**
   * How much of the text is known to be that epoch's or, without one, to be durable. The rest was kept by a page, or read
   * by a drive that told no epoch and is over: it is shown, and compared before it is believed.
   */
  readonly verified: number
  /** How often text that was shown has been replaced or cut (P9). */
  readonly cuts: number
}

/** A piece of the text from a live source, or a look at the persisted text. */
export interface Piece extends Omit<Chunk, 'offset'> {
  /** @default 0 */
  readonly offset?: number | undefined
  /** Durable text: where it disagrees with what is shown, it is right. */
  readonly isSnapshot?: boolean
  /** Kept by a page, without an epoch: it may be the text of a driver whose generation was lost. */
  readonly isKept?: boolean
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
 * A text shown without an epoch adopts the first one it hears of, and nothing is cut for it: what is not verified is
 * compared with the pieces that are read, and a piece that begins beyond what is verified is beyond a gap.
 */
export function merge(shown: Shown, piece: Piece): Merged {
  const { offset = 0, text: added, isSnapshot, isKept } = piece
  let { text, epoch: known, base, verified } = shown
  if (isSnapshot && known !== undefined && piece.epoch === undefined) {
    // A source without epochs cannot say whose text it goes on. Only what was durable when that epoch began is the same.
    verified = Math.min(verified, base ?? 0)
    known = base = undefined
  }
  const epoch = piece.epoch ?? known
  if (Number(epoch) < Number(known)) return { outcome: 'stale', shown }

  if (epoch !== known) {
    if (known !== undefined) {
      // An epoch that was missed may have begun anywhere after the one shown.
      const kept = epoch === known + 1 ? piece.base : Math.min(base ?? 0, piece.base ?? 0)
      if ((kept ?? 0) < verified) {
        text = text.slice(0, kept)
        verified = kept ?? 0
      }
    }
    base = piece.base
  }
  let isCut = text.length < shown.text.length

  const end = offset + added.length
  const isGap = offset > verified
  if (!isGap) {
    const overlap = Math.min(end, text.length) - offset
    const from = isSnapshot ? offset : Math.max(offset, verified)
    if (added.slice(from - offset, overlap) !== text.slice(from, offset + overlap)) {
      text = text.slice(0, from) + added.slice(from - offset)
      verified = isKept ? Math.min(verified, offset) : text.length
      isCut = true
    } else {
      if (end > text.length) text = isSnapshot && !offset ? added : text + added.slice(overlap)
      else if (piece.isDone && end < text.length) {
        text = text.slice(0, end)
        isCut = true
      }
      verified = Math.min(isKept ? verified : Math.max(verified, end), text.length)
    }
  }

  const isSame = text === shown.text
  return {
    outcome: isGap ? 'gap' : isCut ? 'reconciled' : isSame ? 'duplicate' : 'appended',
    shown:
      isSame && !isCut && epoch === shown.epoch && verified === shown.verified
        ? shown
        : { text, epoch, base, verified, cuts: shown.cuts + Number(isCut) },
  }
}
