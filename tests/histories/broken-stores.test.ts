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

/** Servers are not misled by these: a head among many only makes them read or write the stream itself. */
const tolerated = new Set(['tells done in a head while the close is still under way'])

describe.each(Object.entries(flaws))('a store that %s', (name, flaw) => {
  const create = () => memoryTarget((store): StreamStore => ({ ...store, ...flaw(store) }))

  it('is found out by the acts of the test kit, which name the seed', async () => {
    const kit = storeTestKit({ create, seed, runs: count }).find(({ key }) => key === 'history/random')
    await expect(kit?.run()).rejects.toThrow(`storeTestKit({ seed: ${seed} })`)
  })

  if (rare.has(name)) return
  if (tolerated.has(name)) {
    it('misleads no server', async () => {
      await expect(playHistories(create, { seed, count })).resolves.not.toThrow()
    })
    return
  }
  it('is found out by what servers on it do and tell, which names the seed', async () => {
    await expect(playHistories(create, { seed, count })).rejects.toThrow(/Run again with SEED=\d+ RUNS=1/)
  })
})
