import { isTerminal } from '../../store/status'
import type { StreamHead, StreamStore, WriteResult } from '../../store/stream-store'
import { type Claims, ForeignClaim } from './claims'

/**
 * Keeps the claims of this process when a failover loses them. A lost claim is made again under the same epoch, and the
 * writer gets the offset to continue at. If another owner has claimed the stream since, the result is `gone`.
 */
export function keepClaims(
  store: StreamStore,
  claims: Claims,
  birthOf: (id: string) => Promise<string | undefined>,
): StreamStore {
  async function write(id: string, epoch: number, act: () => Promise<WriteResult>): Promise<WriteResult> {
    try {
      const result = await act()
      if (result.type !== 'conflict' || !(await isClaimedAgain(id, epoch, result.head))) return result
      return await act()
    } catch (error) {
      if (!(error instanceof ForeignClaim)) throw error
      claims.delete(id)
      return { type: 'gone' }
    }
  }

  async function isClaimedAgain(id: string, epoch: number, head: StreamHead): Promise<boolean> {
    const claim = claims.of(id)
    // Epochs only go up, so the claim was lost if the stored epoch is below it.
    if (claim?.epoch !== epoch || head.epoch !== epoch - 1 || isTerminal(head.status)) return false
    // The claim was not lost. The stream was deleted, and this is another one with its id.
    if ((await birthOf(id)) !== claim.birth) return false
    const { owner, leaseMs } = claim
    const again = await store.claim(id, { owner, leaseMs, canTakeOver: true })
    return again.type === 'claimed' && again.epoch === epoch
  }

  return {
    ...store,
    claim: (id, request) => claims.claiming(request.owner, () => store.claim(id, request)),
    append: (id, request) => write(id, request.epoch, () => store.append(id, request)),
    beat: (id, epoch) => write(id, epoch, () => store.beat(id, epoch)),
    async close(id, request) {
      const result = await write(id, request.epoch, () => store.close(id, request))
      if (result.type !== 'conflict') claims.delete(id)
      return result
    },
  }
}
