import type { LockManagerLike } from './environment'

export interface LockListener {
  /** The lock is held, or cannot be had in this page at all. */
  won(): void
  /** Another tab took the lock away. It is being asked for again. */
  lost(): void
}

/**
 * Queues for a lock and holds it until the signal aborts. Returns what takes it away from a tab that does not answer.
 * That tab is told when it wakes, and the tabs that wait keep their order.
 */
export function requestLock(
  locks: LockManagerLike,
  name: string,
  { won, lost }: LockListener,
  signal: AbortSignal,
): () => void {
  let current = new AbortController()
  signal.addEventListener('abort', () => current.abort())

  function request(isStolen: boolean) {
    current.abort()
    const mine = new AbortController()
    current = mine
    let isHeld = false
    async function granted() {
      if (mine.signal.aborted) return
      isHeld = true
      won()
      // Winning may have ended all: an abort that is over is not told again.
      if (!mine.signal.aborted) await new Promise((release) => mine.signal.addEventListener('abort', release))
    }
    // The two options exclude each other: what is stolen is granted at once.
    locks.request(name, isStolen ? { steal: true } : { signal: mine.signal }, granted as never).catch(() => {
      if (mine.signal.aborted) return
      if (!isHeld) return won() // a sandboxed page, say: without a lock every tab reads by itself
      request(false)
      lost()
    })
  }

  request(false)
  return () => request(true)
}
