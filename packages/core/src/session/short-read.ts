import type { Environment } from '../environment'
import type { Snapshot, SnapshotSource, SourceRequest } from '../types'
import { checkSnapshot } from './check-source'
import { readOnce } from './read-once'

/** A short read without a result is given up after this time, in milliseconds. */
const LIMIT_MS = 10_000

/** Reads the persisted text once, beside another connection. Rejects when `until` aborts, or after `LIMIT_MS`. */
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
