import type { StreamStore } from '@keepstream/server'
import { storeTestKit } from '@keepstream/server/testkit'
import { describe, expect, it } from 'vitest'
import { flaws } from './broken-stores'
import { memoryTarget } from './memory-target'
import { playHistories } from './play-histories'

const seed = 7_000
const count = 150

/** Servers come to these too seldom: one act has to fall into the middle of another on the same stream. */
const rare = new Set([
  'reads what is not durable yet',
  'forgets to compare the epoch',
  'compares first and appends later',
  'reads the head and the text at two moments',
  'brings back what was deleted',
])

describe.each(Object.entries(flaws))('a store that %s', (name, flaw) => {
  const create = () => memoryTarget((store): StreamStore => ({ ...store, ...flaw(store) }))

  it('is found out by the acts of the test kit, which name the seed', async () => {
    const kit = storeTestKit({ create, seed, runs: count }).find(({ key }) => key === 'history/random')
    await expect(kit?.run()).rejects.toThrow(`storeTestKit({ seed: ${seed} })`)
  })

  if (rare.has(name)) return
  it('is found out by what servers on it do and tell, which names the seed', async () => {
    await expect(playHistories(create, { seed, count })).rejects.toThrow(/Run again with SEED=\d+ RUNS=1/)
  })
})
