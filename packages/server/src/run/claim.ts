import { isStreamServerError, StreamServerError } from '../errors'
import type { ResolvedOptions } from '../options/create-streams-options'
import type { ClaimResult, StreamStore } from '../store/stream-store'
import { backoffMs } from '../timing/backoff'
import { streamErrors } from './stream-errors'

/** The result of a claim, with the text that was durable before it. */
export type Claim =
  | (Extract<ClaimResult, { readonly type: 'claimed' }> & { readonly prefix: readonly string[] })
  | Exclude<ClaimResult, { readonly type: 'claimed' }>

const tries = 4
const retry = { firstMs: 100, longestMs: 1_000 }
const prefixSlice = 262_144

/**
 * Claims a stream for a run. A lapsed stream is claimed only if `mayTakeOver` returns `true` at that moment. While the
 * outcome is unknown it repeats the claim, because the same owner gets the same result. Rejects with `store` after four
 * tries.
 */
export async function claimStream(
  id: string,
  mayTakeOver: () => boolean,
  { store, leaseMs, environment }: ResolvedOptions,
): Promise<Claim> {
  const owner = crypto.randomUUID()
  const ownClaim = (canTakeOver: boolean) => retried(() => store.claim(id, { owner, leaseMs, canTakeOver }))
  let claim = await ownClaim(false)
  // Checked only after this claim: if it waited for a store that hung, every healthy run seems to have lapsed.
  if (claim.type === 'busy' && claim.head.isLapsed && mayTakeOver()) claim = await ownClaim(true)
  if (claim.type !== 'claimed') return claim
  const { epoch, offset } = claim
  try {
    return { ...claim, prefix: await readPrefix(id, offset, (at, max) => retried(() => store.read(id, at, max))) }
  } catch (error) {
    // Nothing can be added to a text that is not whole. Closing it now spares readers the wait until the claim lapses.
    if (isStreamServerError(error, 'corrupt')) {
      const ending = { status: 'error', error: streamErrors.corrupt } as const
      await store.close(id, { epoch, offset, text: '', ...ending }).catch(() => undefined)
    }
    throw error
  }

  async function retried<T>(act: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act()
      } catch (error) {
        if (attempt === tries || !isStreamServerError(error, 'store')) throw error
        const waitMs = backoffMs(attempt, retry, () => environment.random())
        await new Promise<void>((resolve) => void environment.setTimeout(resolve, waitMs))
      }
    }
  }
}

async function readPrefix(
  id: string,
  end: number,
  read: (at: number, max: number) => ReturnType<StreamStore['read']>,
): Promise<readonly string[]> {
  const slices: string[] = []
  for (let position = 0; position < end; ) {
    const range = await read(position, Math.min(prefixSlice, end - position))
    // The stream was deleted since. The first write finds that too.
    if (!range) break
    if (range.text === '' || range.head.offset < end) {
      const message = `the store claimed '${id}' at ${end}, and holds only ${range.head.offset} code units of it.`
      throw new StreamServerError('corrupt', message)
    }
    slices.push(range.text)
    position += range.text.length
  }
  return slices
}
