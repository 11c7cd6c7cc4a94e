import type { Environment } from '../environment'

/**
 * Thins out what is published, never who listens: an urgent change is published at once, any other one at the next frame
 * or after `maxDelayMs`, whichever is first. Reading goes on regardless (P8).
 */
export function createPublisher(publish: () => void, maxDelayMs: number, environment: Environment) {
  let timer: unknown
  let isFrameAsked = false

  function flush() {
    environment.clearTimeout(timer as never)
    timer = undefined
    publish()
  }

  return (isUrgent: boolean) => {
    if (isUrgent) return flush()
    timer ??= environment.setTimeout(flush, maxDelayMs)
    // A hidden tab has no frames: the one that is asked for serves whatever waits when it comes.
    if (isFrameAsked || !environment.requestAnimationFrame) return
    isFrameAsked = true
    environment.requestAnimationFrame(() => {
      isFrameAsked = false
      if (timer !== undefined) flush()
    })
  }
}
