import { isTerminal, type Snapshot } from '../types'

/** A snapshot that says where it starts. */
export interface Piece extends Snapshot {
  readonly offset: number
}

/**
 * What tabs tell each other. One that listens may `ask`; the one that leads answers with the end of what it read, says that
 * it `leads`, and each `piece` that it reads. Every message is true whenever it arrives, so that those of a tab that no
 * longer leads do no harm.
 */
export type Message = { readonly type: 'ask' | 'leads' } | ({ readonly type: 'piece' } & Piece)

/** Any script of the origin may post anything: only what has the shape of a message is one, and only its own fields. */
export function readMessage(data: unknown): Message | undefined {
  const { type, offset, text, status, epoch, base, upToDate, error } = (data ?? {}) as Record<string, never>
  if (type === 'ask' || type === 'leads') return { type }
  const isPiece =
    type === 'piece' &&
    isCount(offset) &&
    typeof text === 'string' &&
    (status === 'pending' || status === 'streaming' || (typeof status === 'string' && isTerminal(status))) &&
    (epoch === undefined || isCount(epoch)) &&
    (base === undefined || isCount(base)) &&
    (upToDate === undefined || typeof upToDate === 'boolean') &&
    (error === undefined || typeof error === 'string')
  return isPiece ? { type, offset, text, status, epoch, base, upToDate, error } : undefined
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
