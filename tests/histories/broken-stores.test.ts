import type { StreamStore } from '@keepstream/server'
import { storeTestKit } from '@keepstream/server/testkit'
import { describe, expect, it } from 'vitest'
import { isLongRun } from '../support/is-long-run'
import { flaws } from './broken-stores'
import { memoryTarget } from './memory-target'
import { playHistories } from './play-histories'

const seed = 7_000
const count = 300

/** Simulated servers trigger these too rarely: two calls on the same stream must overlap exactly. */
const rare = new Set([
  'reads text that is not durable yet',
  'forgets to compare the epoch',
  'compares and appends in two steps',
  'reads the head and the text at different times',
  're-creates deleted streams',
])

/** Servers tolerate these: a polled head only makes them read or write the stream itself. */
const tolerated = new Set(['reports done in a head before the close is committed'])

/** Servers reveal these only after many histories, so the test command leaves them to `npm run test:long`. */
const slow = new Set(['drops text when a stream is taken over', ...tolerated])

describe.each(Object.entries(flaws))('a store that %s', (name, flaw) => {
  const create = () => memoryTarget((store): StreamStore => ({ ...store, ...flaw(store) }))

  it('fails the random history of the test kit, and the error names the seed', async () => {
    const kit = storeTestKit({ create, seed, runs: count }).find(({ key }) => key === 'history/random')
    await expect(kit?.run()).rejects.toThrow(`storeTestKit({ seed: ${seed} })`)
  })

  if (rare.has(name) || (slow.has(name) && !isLongRun)) return
  if (tolerated.has(name)) {
    it('does not break servers that use it', async () => {
      await expect(playHistories(create, { seed, count })).resolves.not.toThrow()
    })
    return
  }
  it('fails the random histories of servers, and the error names the seed', async () => {
    await expect(playHistories(create, { seed, count })).rejects.toThrow(/Run again with SEED=\d+ RUNS=1/)
  })
})
