import type { SeenRecord } from '../shared/optimistic-store'
import { buckets } from './keys'

export interface EndedStream {
  readonly seen: SeenRecord
  readonly end: number
}

interface Page {
  readonly found: readonly EndedStream[]
  /** No stream after this page ended before this moment. */
  readonly frontier: number
  /** The offset of the next page. */
  readonly next: number
}

/** The streams of a bucket that ended long enough ago, from `offset` in its index on. */
export type PageOfBucket = (bucket: number, offset: number, count: number) => Promise<Page>

export interface FindEndedRequest {
  readonly limit: number
  readonly page: PageOfBucket
}

/** The streams that ended long enough ago, the earliest of all buckets first. Reads only the pages that it needs. */
export async function findEnded({ limit, page }: FindEndedRequest): Promise<readonly EndedStream[]> {
  const count = Math.min(Math.max(Math.ceil((limit / buckets) * 2), 8), 200)
  const cursors = Array.from({ length: buckets }, (_, bucket) => ({ bucket, frontier: -Infinity, next: 0 }))
  let found: EndedStream[] = []
  for (;;) {
    // Once `limit` streams are known, a page matters only if a stream in it may have ended before the last of them.
    const last = found[limit - 1]?.end ?? Infinity
    const open = cursors.filter(({ frontier }) => frontier < last)
    if (open.length === 0) return found
    const pages = await Promise.all(
      open.map(async (cursor) => {
        const { frontier, next, found } = await page(cursor.bucket, cursor.next, count)
        Object.assign(cursor, { frontier, next })
        return found
      }),
    )
    found = [...found, ...pages.flat()].sort((a, b) => a.end - b.end).slice(0, limit)
  }
}
