import { checkSnapshot } from '../session/check-source'
import type { Snapshot } from '../types'

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
  const { type } = (data ?? {}) as Record<string, unknown>
  if (type === 'ask' || type === 'leads') return { type }
  if (type !== 'piece') return
  try {
    const { offset, ...piece } = checkSnapshot(data)
    return offset === undefined ? undefined : { type, offset, ...piece }
  } catch {
    return // no message: whoever posted it is nobody's source
  }
}
