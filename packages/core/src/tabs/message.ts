import { checkSnapshot } from '../session/check-source'
import type { Snapshot } from '../types'

/**
 * The messages between tabs. A tab that listens may `ask`, and the leader replies with the end of the text it has read. The
 * leader also posts `leads` when it starts, and each `piece` that it reads. A message stays correct whenever it arrives, so
 * late messages of an old leader do no harm.
 */
export type Message = { readonly type: 'ask' | 'leads' } | ({ readonly type: 'piece' } & Snapshot)

/** Any script of the origin may post anything. This accepts only data with the shape of a message, and only its fields. */
export function readMessage(data: unknown): Message | undefined {
  const { type } = (data ?? {}) as Record<string, unknown>
  if (type === 'ask' || type === 'leads') return { type }
  if (type !== 'piece') return
  try {
    return { type, ...checkSnapshot(data) }
  } catch {
    return // not a message, so it is ignored
  }
}
