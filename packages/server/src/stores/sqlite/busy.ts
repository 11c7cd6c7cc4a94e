import { StreamServerError } from '../../errors'

/** Whether another connection holds the lock now. Nothing was done, so the call may be retried. */
export function isBusy(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const facts = error as Record<string, unknown>
  // better-sqlite3, libsql and bun have the name in `code`. It may be an extended one, such as SQLITE_BUSY_RECOVERY.
  if (typeof facts['code'] === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(facts['code'])) return true
  // node:sqlite has the number in `errcode`, libsql in `rawCode`, bun in `errno`. The low byte is the primary code.
  return [facts['errcode'], facts['rawCode'], facts['errno']].some((code) => busyCodes.has(Number(code) & 0xff))
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const busyCodes = new Set([5, 6])

/**
 * Runs `attempt` again while it fails as busy, with longer and longer waits. SQLite's own busy timeout would block the event
 * loop while it waits.
 *
 * After `busyMs` it rejects, with the last failure as the cause. It rejects with any other failure at once.
 */
export async function retryWhileBusy<T>(attempt: () => T, busyMs: number): Promise<T> {
  const giveUpAt = performance.now() + busyMs
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= giveUpAt) {
        throw new StreamServerError(
          'store',
          `sqliteStore found the database locked for ${busyMs} ms. Another connection holds a ` +
            'transaction open; shorten it, or raise sqliteStore({ busyMs }).',
          { cause: error },
        )
      }
    }
    // With jitter, so that writers that failed together do not retry together.
    await sleep(waitMs * (0.5 + Math.random() / 2))
  }
}

const firstWaitMs = 1
const longestWaitMs = 50

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
