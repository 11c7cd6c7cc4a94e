import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findEnded } from '../../src/stores/redis/find-ended'
import { rerunnable } from '../support/rerunnable'

interface Entry {
  readonly bucket: number
  /** Its score in the index: when it ended, or when it was created. */
  readonly score: number
  /** `undefined` if it has not ended. */
  readonly end: number | undefined
}

const entry = fc
  .record({
    bucket: fc.integer({ min: 0, max: 3 }),
    score: fc.integer({ min: 0, max: 60 }),
    lasts: fc.integer({ min: 0, max: 40 }),
    lives: fc.boolean(),
  })
  .map(({ bucket, score, lasts, lives }): Entry => ({ bucket, score, end: lives ? undefined : score + lasts }))

describe('the streams that a sweep of Redis finds', () => {
  it('are those of all buckets that ended first, at any place in the index', async () => {
    await rerunnable(
      fc.asyncProperty(
        fc.array(entry, { maxLength: 120 }),
        fc.nat(110),
        fc.integer({ min: 1, max: 130 }),
        async (entries, before, limit) => {
          const { found } = await search(entries, before, limit)
          const expected = entries
            .flatMap(({ end }) => (end !== undefined && end < before ? [end] : []))
            .sort((a, b) => a - b)
          expect(found.map(({ end }) => end)).toEqual(expected.slice(0, limit))
        },
      ),
    )
  })

  it('are found with the first page of each bucket if those are enough', async () => {
    const entries = Array.from({ length: 2_000 }, (_, i) => ({ bucket: i % 4, score: i, end: i }))
    const { found, pages } = await search(entries, Infinity, 4)
    expect(found.map(({ end }) => end)).toEqual([0, 1, 2, 3])
    expect(pages).toBe(256)
  })
})

/** Runs `findEnded` on indexes in memory. */
async function search(entries: readonly Entry[], before: number, limit: number) {
  let pages = 0
  const found = await findEnded({
    limit,
    async page(bucket, offset, count) {
      pages += 1
      const index = entries
        .filter((each) => each.bucket === bucket && each.score < before)
        .sort((a, b) => a.score - b.score)
      const page = index.slice(offset, offset + count)
      return {
        found: page.flatMap(({ end }) => (end !== undefined && end < before ? [{ seen: {} as never, end }] : [])),
        frontier: page.length < count ? Infinity : (page.at(-1)?.score ?? Infinity),
        next: offset + page.length,
      }
    },
  })
  return { found, pages }
}
