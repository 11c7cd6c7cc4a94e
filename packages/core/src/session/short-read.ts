import type { Environment } from '../environment'
import type { Snapshot, SnapshotSource, SourceRequest } from '../types'
import { checkSnapshot } from './check-source'
import { readOnce } from './read-once'

/** A short read that has brought no answer after so long is given up, in milliseconds. */
const LIMIT_MS = 10_000

/** One look at the persisted text beside whatever else is read, which is let go of when `until` aborts. */
export async function shortRead(
  source: SnapshotSource,
  place: Omit<SourceRequest, 'signal'>,
  until: AbortSignal,
  environment: Environment,
): Promise<Snapshot> {
  const attempt = new AbortController()
  const end = () => attempt.abort()
  const timer = environment.setTimeout(end, LIMIT_MS)
  until.addEventListener('abort', end)
  try {
    return checkSnapshot(await readOnce(source, { ...place, signal: attempt.signal }))
  } finally {
    environment.clearTimeout(timer as never)
    until.removeEventListener('abort', end)
    end()
  }
}
