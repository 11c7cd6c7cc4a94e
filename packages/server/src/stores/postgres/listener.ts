import { backoffMs } from '../../timing/backoff'

export interface Listener {
  /** Listens from now on, and again whenever that was lost. */
  start(): void
  stop(): Promise<void>
}

export interface ListenerOptions {
  /**
   * Opens a subscription and resolves with what ends it. `onLost` is called when it has ended by itself, and `onHeard` when
   * it has proved that it hears.
   */
  readonly subscribe: (onLost: () => void, onHeard: () => void) => Promise<() => Promise<void>>
  readonly random?: () => number
}

const retry = { firstMs: 100, longestMs: 30_000 }

/** Keeps one subscription open. What is missed in between is missed: it carries hints. */
export function createListener({ subscribe, random = Math.random }: ListenerOptions): Listener {
  /** Counts starts and stops: what an older subscription comes to has no effect. */
  let generation = 0
  let isStarted = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: Promise<(() => Promise<void>) | undefined> = Promise.resolve(undefined)

  function open(): void {
    const mine = generation
    const reopen = () => {
      if (mine !== generation) return
      current = Promise.resolve(undefined)
      failures += 1
      timer = setTimeout(open, backoffMs(failures, retry, random))
      generation += 1
    }
    // One that was opened and hears nothing is no success: through some poolers nobody ever hears anything.
    const heard = () => {
      if (mine === generation) failures = 0
    }
    current = subscribe(reopen, heard).catch(() => {
      reopen()
      return undefined
    })
  }

  return {
    start() {
      if (isStarted) return
      isStarted = true
      open()
    },
    async stop() {
      isStarted = false
      generation += 1
      clearTimeout(timer)
      const ending = current
      current = Promise.resolve(undefined)
      const end = await ending
      // It may have been lost in the meantime, which is what was wanted.
      await end?.().catch(() => undefined)
    },
  }
}
