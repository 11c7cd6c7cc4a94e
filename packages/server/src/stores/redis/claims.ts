/** The claims of this process. */
export interface Claims {
  ownerOf(id: string, epoch: number): string | undefined
  /** The latest claim of this process on the stream, if the stream has not ended since. */
  of(id: string): Claim | undefined
  set(id: string, claim: Claim): void
  delete(id: string): void
  /** Calls `act`, which claims a stream for this owner. */
  claiming<T>(owner: string, act: () => Promise<T>): Promise<T>
  /** Whether a claim for this owner is in flight. */
  isClaiming(owner: string): boolean
}

export interface Claim {
  readonly epoch: number
  readonly owner: string
  readonly leaseMs: number
  /** Identifies the claimed stream: a later stream with the same id has another birth. */
  readonly birth: string
}

/** Beyond it, the oldest claim is dropped. Only the epoch protects its stream then. */
const maxClaims = 10_000

export function createClaims(): Claims {
  const claims = new Map<string, Claim>()
  const inFlight = new Set<string>()
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
    async claiming(owner, act) {
      inFlight.add(owner)
      try {
        return await act()
      } finally {
        inFlight.delete(owner)
      }
    },
    isClaiming: (owner) => inFlight.has(owner),
  }
}

/**
 * A failover lost a claim, and another owner has claimed the stream since, under the same epoch. Two producers must not write
 * one text, and only the owner distinguishes them.
 */
export class ForeignClaim extends Error {
  constructor(id: string) {
    super(`the claim of "${id}" was lost, and another owner has its epoch`)
  }
}
