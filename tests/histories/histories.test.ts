import { describe, expect, it } from 'vitest'
import { memoryTarget, sqliteTarget } from './engines'
import { historyPlan, playHistories } from './play-histories'

describe.each([
  ['memory', memoryTarget],
  ['SQLite', sqliteTarget],
] as const)('random histories of servers on %s', (_name, create) => {
  it('lose, repeat and reorder nothing, show nothing that is not durable, and end once', async () => {
    const plan = historyPlan(1_000)
    const tallies = await playHistories(() => create(), plan)
    const statuses = new Map<string, number>()
    for (const { statuses: own } of tallies) for (const s of own) statuses.set(s, (statuses.get(s) ?? 0) + 1)
    console.log(
      Object.fromEntries(statuses),
      'takeovers',
      tallies.filter((t) => t.epochs > 1).length,
      'acts',
      tallies.reduce((a, t) => a + t.acts, 0),
    )
    expect(tallies).toHaveLength(plan.count)
  }, 600_000)
})
