import type { LockManagerLike } from './environment'

export interface LockListener {
  /** The lock is held, or this page cannot use locks at all. */
  won(): void
  /** Another tab stole the lock. It is requested again. */
  lost(): void
}

/**
 * Queues for a lock and holds it until the signal aborts. Returns a function that steals the lock from a tab that does not
 * reply. That tab's `lost` is called when it runs again. The waiting tabs keep their order.
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
      // `won` may have aborted the signal already, which then sends no event any more.
      if (!mine.signal.aborted) await new Promise((release) => mine.signal.addEventListener('abort', release))
    }
    // `steal` and `signal` exclude each other. A stolen lock is granted at once.
    locks.request(name, isStolen ? { steal: true } : { signal: mine.signal }, granted as never).catch(() => {
      if (mine.signal.aborted) return
      if (!isHeld) return won() // without locks, as in a sandboxed page, every tab reads by itself
      request(false)
      lost()
    })
  }

  request(false)
  return () => request(true)
}
