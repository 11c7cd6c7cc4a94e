import { describe, expect, it } from 'vitest'
import { listStreams } from '../../src/stores/redis/lists'
import { createRecord } from '../../src/stores/shared/record'

describe('a list in Redis', () => {
  it('skips no stream of a millisecond in which others are gone, wherever a page ends', async () => {
    for (const gone of [0, 1, 499, 500, 501]) {
      // All of one millisecond, the greater id first, as Redis returns them.
      const all = Array.from({ length: 900 }, (_, index) => `id-${9_999 - index}`)
      const kept = all.filter((_, index) => index % 3 > 0 || index > gone)
      let entries = all
      const found = await listStreams(
        { owner: 'ada', limit: 1_000 },
        {
          page: async (_, skip, count) => entries.slice(skip, skip + count).map((id) => ({ id, createdAt: 5 })),
          loadAll: async (ids) =>
            ids
              .filter((id) => kept.includes(id))
              .map((id) => ({ record: createRecord(id, 5, 0, { owner: 'ada' }), now: 5, revision: '' })),
          forget: async ({ id }) => {
            entries = entries.filter((one) => one !== id)
          },
        },
      )
      expect(found.map(({ record }) => record.id)).toEqual(kept)
      expect(entries).toEqual(kept)
    }
  })
})
