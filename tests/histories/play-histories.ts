import type { StreamStore } from '@keepstream/server'
import type { StoreTarget } from '@keepstream/server/testkit'
import { startOfTime } from '../../packages/server/tests/stores/connected-target'
import { type HistoryTally, playHistory } from './simulation/play-history'

/** From here on each kind of end occurs several times in 60 histories, on every store, however fast it is. */
const firstSeed = 50_301

/** How many histories run at once, each on separate data, since each waits a lot. */
const atOnce = 12

/**
 * `SEED` and `RUNS` replay a history. `RUNS_FACTOR` multiplies the number of histories and starts at a random seed. Without
 * it the histories are always the same, since so few must still contain every event.
 */
export function historyPlan(count: number): { readonly seed: number; readonly count: number } {
  const { SEED, RUNS, RUNS_FACTOR } = process.env
  return {
    seed: Number(SEED ?? (RUNS_FACTOR === undefined ? firstSeed : Math.floor(Math.random() * 2 ** 31))),
    count: RUNS === undefined ? Math.ceil(count * Number(RUNS_FACTOR ?? 1)) : Number(RUNS),
  }
}

/** Plays `count` histories, each with its own seed. Rejects with the first failure and how to replay it. */
export async function playHistories(
  create: () => Promise<StoreTarget>,
  { seed, count }: { readonly seed: number; readonly count: number },
): Promise<HistoryTally[]> {
  const tallies: HistoryTally[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      const target = await create()
      try {
        const stores: StreamStore[] = [target.store]
        while (stores.length < 3) stores.push((await target.connect?.()) ?? target.store)
        const setting = { target, stores, now: startOfTime }
        while (next < count) {
          const own = seed + next++
          try {
            tallies.push(await playHistory(setting, own))
          } catch (error) {
            next = count
            const message = error instanceof Error ? error.message : String(error)
            throw new Error(`Run again with SEED=${own} RUNS=1\n${message}`, { cause: error })
          }
        }
      } finally {
        await target.dispose()
      }
    }),
  )
  return tallies
}
