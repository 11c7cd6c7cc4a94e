import type { Chunk } from '../types'

/** How far a tab has read. */
export interface Reach {
  readonly offset: number
  readonly epoch: number | undefined
}

/** Whether text between the two is missing, or an epoch began that this tab has not read from the server itself. */
export function isAhead({ offset, origin }: Chunk, reach: Reach): boolean {
  const order = compareEpochs(origin?.epoch, reach.epoch)
  return order > 0 || (order === 0 && offset > reach.offset)
}

/**
 * How far a tab has read after a chunk. With another epoch the merge rule may have kept more text than is counted here. Then
 * the tab reads some text twice, and still shows it once.
 */
export function advance(reach: Reach, { offset, text, origin }: Chunk): Reach {
  const epoch = origin?.epoch ?? reach.epoch
  const end = offset + text.length
  const order = compareEpochs(epoch, reach.epoch)
  if (order < 0) return reach
  return { offset: order ? end : Math.max(end, reach.offset), epoch }
}

/** An unknown epoch counts as the same one. */
function compareEpochs(one: number | undefined, other: number | undefined): number {
  return one === undefined || other === undefined ? 0 : one - other
}
