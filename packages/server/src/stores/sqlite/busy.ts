import { StreamsError } from '../../errors'

/** Another connection holds the lock at this moment: nothing was done, and the same may be tried again. */
export function isBusy(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const facts = error as Record<string, unknown>
  // better-sqlite3, libsql and bun put the name into `code`, extended names such as SQLITE_BUSY_RECOVERY among them.
  if (typeof facts['code'] === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(facts['code'])) return true
  // node:sqlite has the number in `errcode`, libsql in `rawCode`, bun in `errno`; the low byte is the primary code.
  return [facts['errcode'], facts['rawCode'], facts['errno']].some((code) => busyCodes.has(Number(code) & 0xff))
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const busyCodes = new Set([5, 6])

/**
 * Runs `attempt` until it is not refused as busy, waiting a little longer each time. SQLite's own busy timeout would
 * stop the whole event loop for as long as it waits; this one stops nothing.
 *
 * Rejects with the last refusal as its cause once `busyMs` are over, and with anything else at once.
 */
export async function retryWhileBusy<T>(attempt: () => T, busyMs: number): Promise<T> {
  const giveUpAt = performance.now() + busyMs
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= giveUpAt) {
        throw new StreamsError(
          'store',
          `sqliteStore found the database locked for ${busyMs} ms. Another connection holds a ` +
            'transaction open; shorten it, or raise sqliteStore({ busyMs }).',
          { cause: error },
        )
      }
    }
    // Half of it at random, so that writers refused together do not come back together.
    await sleep(waitMs * (0.5 + Math.random() / 2))
  }
}

const firstWaitMs = 1
const longestWaitMs = 50

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
