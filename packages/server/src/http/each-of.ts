import { isStreamServerError } from '../errors'
import { optionsFrom } from '../options/check-options'
import { requireScope, type StreamScope, scopeTable } from '../options/stream-scope'
import type { Runtime } from '../runtime'
import type { StreamStatus } from '../store/status'
import type { ListPosition } from '../store/stream-store'

/** How many streams are listed at once. */
const PAGE = 100
/** How many acts are in flight at most. */
const AT_ONCE = 8

/**
 * Does something with each stream of a scope, a few at a time. Returns the ids of those that were still there. If it fails for
 * some, it goes on with the others, and then rejects with the first failure: a repeated call does the rest.
 */
export async function eachOf(
  { options }: Runtime,
  name: string,
  scope: StreamScope,
  statuses: readonly StreamStatus[] | undefined,
  act: (id: string) => Promise<unknown>,
): Promise<readonly string[]> {
  const { owner, group } = optionsFrom(scope, scopeTable, `call ${name}({ group })`)
  requireScope({ owner, group }, `${name}()`)
  const done: string[] = []
  const failures: unknown[] = []
  let after: ListPosition | undefined
  do {
    const page = await options.store.list({ owner, group, statuses, after, limit: PAGE })
    const left = page.map(({ head }) => head.id)
    const work = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) await attempt(id)
    }
    const last = page.at(-1)
    after = last && { createdAt: last.createdAt, id: last.head.id }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  } while (after)
  if (failures.length > 0) throw failures[0]
  return done

  async function attempt(id: string): Promise<void> {
    try {
      await act(id)
      done.push(id)
    } catch (error) {
      // It was deleted meanwhile.
      if (!isStreamServerError(error, 'not-found')) failures.push(error)
    }
  }
}
