import { type StoreTarget, storeTestKit } from '@keepstream/server/testkit'
import { describe, expect, it } from 'vitest'
import { inParallel } from '../support/in-parallel'
import { historyPlan, playHistories } from './play-histories'

/** Histories run in parallel on this many separate sets of data, since each waits a lot. */
const parts = 8

/** Plays both kinds of random histories on one store, 90 in all by default. `SEED` and `RUNS` replay one. */
export function describeHistories(
  name: string,
  create: () => Promise<StoreTarget>,
  count = { servers: 60, acts: 30 },
): void {
  const timeout = 600_000 * Number(process.env['RUNS_FACTOR'] ?? 1)

  describe(`random histories on ${name}`, { timeout }, () => {
    it('servers lose, repeat and reorder nothing, show only durable text to followers, and end once', async () => {
      const plan = historyPlan(count.servers)
      const tallies = await playHistories(create, plan)
      expect(tallies).toHaveLength(plan.count)
      if (plan.count < count.servers) return
      // The histories prove something only if these events occurred. How often depends on the timing of a real store.
      const statuses = new Set(tallies.flatMap((tally) => tally.statuses))
      expect([...statuses].sort()).toEqual(['done', 'error', 'gone', 'stopped', 'timeout'])
      expect(tallies.filter(({ epochs }) => epochs > 1).length).toBeGreaterThan(0)
      expect(tallies.filter(({ crashes }) => crashes > 0).length).toBeGreaterThan(plan.count / 10)
      expect(tallies.filter(({ clockSteps }) => clockSteps > 0).length).toBeGreaterThan(0)
    })

    it('the results of all store calls fit one sequential order', async () => {
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
