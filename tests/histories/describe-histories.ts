import { type StoreTarget, storeTestKit } from '@keepstream/server/testkit'
import { describe, expect, it } from 'vitest'
import { inParallel } from '../support/in-parallel'
import { historyPlan, playHistories } from './play-histories'

/** They are divided among so many sets of data: what one waits for, others use. */
const parts = 8

/** Both kinds of random histories on one store, a thousand in all unless it says otherwise. `SEED` and `RUNS` play one again. */
export function describeHistories(
  name: string,
  create: () => Promise<StoreTarget>,
  count = { servers: 600, acts: 400 },
): void {
  const timeout = 600_000 * Number(process.env['RUNS_FACTOR'] ?? 1)

  describe(`on ${name}, random histories of`, { timeout }, () => {
    it('servers lose, repeat and reorder nothing, show nothing that is not durable, and end once', async () => {
      const plan = historyPlan(count.servers)
      const tallies = await playHistories(create, plan)
      expect(tallies).toHaveLength(plan.count)
      if (plan.count < count.servers) return
      // What they are about must have come to pass, or they prove nothing.
      const statuses = new Set(tallies.flatMap((tally) => tally.statuses))
      expect([...statuses].sort()).toEqual(['done', 'error', 'gone', 'stopped', 'timeout'])
      expect(tallies.filter(({ epochs }) => epochs > 1).length).toBeGreaterThan(plan.count / 50)
      expect(tallies.filter(({ crashes }) => crashes > 0).length).toBeGreaterThan(plan.count / 10)
      expect(tallies.filter(({ clockSteps }) => clockSteps > 0).length).toBeGreaterThan(plan.count / 20)
    })

    it('acts give answers that some order of them explains', async () => {
      const plan = historyPlan(count.acts)
      const runs = Math.ceil(plan.count / parts)
      const seeds = Array.from({ length: Math.min(parts, plan.count) }, (_, part) => plan.seed + part * runs)
      await inParallel(seeds, parts, async (seed) => {
        const history = storeTestKit({ create, seed, runs }).find(({ key }) => key === 'history/random')
        expect(history).toBeDefined()
        await history?.run()
      })
    })
  })
}
