import type { Environment } from '../environment'

/**
 * Limits how often changes are published. An urgent change is published at once, any other one at the next frame or after
 * `maxDelayMs`, whichever comes first. Reading never waits for it (P8).
 */
export function createPublisher(publish: () => void, maxDelayMs: number, environment: Environment) {
  let timer: unknown
  let isFrameRequested = false

  function flush() {
    environment.clearTimeout(timer as never)
    timer = undefined
    publish()
  }

  return (isUrgent: boolean) => {
    if (isUrgent) return flush()
    timer ??= environment.setTimeout(flush, maxDelayMs)
    // A hidden tab has no frames. One request is enough: its frame publishes all waiting changes.
    if (isFrameRequested || !environment.requestAnimationFrame) return
    isFrameRequested = true
    environment.requestAnimationFrame(() => {
      isFrameRequested = false
      if (timer !== undefined) flush()
    })
  }
}
