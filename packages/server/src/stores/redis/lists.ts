import type { ListRequest } from '../../store/stream-store'
import type { SeenRecord } from '../shared/optimistic-store'
import { compareListed, isListed } from '../shared/record'

/** An entry of a list: a stream, and when it was created. */
export interface ListEntry {
  readonly id: string
  readonly createdAt: number
}

export interface ListSource {
  /** Entries that were created at `latest` or before, the latest first, without the first `skip`. */
  page(latest: number, skip: number, count: number): Promise<readonly ListEntry[]>
  loadAll(ids: readonly string[]): Promise<readonly SeenRecord[]>
  /** Removes an entry whose stream is gone, if it is still the same entry. */
  forget(entry: ListEntry): Promise<void>
}

const leastCount = 50

/**
 * The streams of a list that fit a request. A list is not on the same server as the records of its streams, so it may have
 * entries of streams that were deleted or have expired. They are removed here.
 */
export async function listStreams(request: ListRequest, source: ListSource): Promise<readonly SeenRecord[]> {
  const { limit, after } = request
  const count = Math.max(leastCount, Math.min(limit, 500))
  const found = new Map<string, SeenRecord>()
  let latest = after?.createdAt ?? Infinity
  let skip = 0
  for (;;) {
    const entries = await source.page(latest, skip, count)
    const records = new Map((await source.loadAll(entries.map(({ id }) => id))).map((seen) => [seen.record.id, seen]))
    for (const entry of entries) {
      if (entry.createdAt !== latest) skip = 0
      latest = entry.createdAt
      const seen = records.get(entry.id)
      // A later stream with the same id has an entry of its own.
      if (seen?.record.createdAt !== entry.createdAt) {
        await source.forget(entry)
        continue
      }
      skip += 1
      if (isListed(seen.record, request)) found.set(entry.id, seen)
    }
    if (entries.length < count || found.size >= limit) break
  }
  return [...found.values()].sort((one, two) => compareListed(one.record, two.record)).slice(0, limit)
}
