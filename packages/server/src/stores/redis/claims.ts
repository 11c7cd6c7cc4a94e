/** Who this process has claimed streams for. */
export interface Claims {
  ownerOf(id: string, epoch: number): string | undefined
  /** Under what this process has last claimed it, if it has not ended since. */
  of(id: string): Claim | undefined
  set(id: string, claim: Claim): void
  delete(id: string): void
}

export interface Claim {
  readonly epoch: number
  readonly owner: string
  readonly leaseMs: number
  /** Of the stream that was claimed: one that was created anew with its id has another. */
  readonly birth: string | undefined
}

/** Beyond it the oldest is forgotten; its stream is then guarded by the epoch alone. */
const maxClaims = 10_000

export function createClaims(): Claims {
  const claims = new Map<string, Claim>()
  return {
    ownerOf(id, epoch) {
      const claim = claims.get(id)
      return claim?.epoch === epoch ? claim.owner : undefined
    },
    of: (id) => claims.get(id),
    set(id, claim) {
      claims.delete(id)
      claims.set(id, claim)
      for (const oldest of claims.keys()) {
        if (claims.size <= maxClaims) break
        claims.delete(oldest)
      }
    },
    delete: (id) => void claims.delete(id),
  }
}

/**
 * A failover has lost a claim, and somebody else has claimed the stream since, under the same number. Two producers must not
 * write one text, and only the owner tells them apart.
 */
export class ForeignClaim extends Error {
  constructor(id: string) {
    super(`the claim of "${id}" was lost, and another owner has its epoch`)
  }
}
