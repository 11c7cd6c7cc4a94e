import type { Environment } from './environment'

/**
 * Thins out what is published, never who listens: an urgent change is published at once, any other one at the next frame
 * or after `maxDelayMs`, whichever is first. Reading goes on regardless (P8).
 */
export function createPublisher(publish: () => void, maxDelayMs: number, environment: Environment) {
  let cancel: (() => void) | undefined

  function flush() {
    cancel?.()
    cancel = undefined
    publish()
  }

  return (isUrgent: boolean) => {
    if (isUrgent) flush()
    else if (!cancel) {
      const cancelTimer = environment.setTimer(flush, maxDelayMs)
      const cancelFrame = environment.onFrame(flush)
      cancel = () => {
        cancelTimer()
        cancelFrame()
      }
    }
  }
}
