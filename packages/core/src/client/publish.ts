import type { Environment } from '../environment'

/**
 * Limits how often changes are published: an urgent one at once, any other one at the next frame or after `maxDelayMs`,
 * whichever is first. Reading never waits for it (P8).
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
    // A hidden tab has no frames. One request is enough: when its frame comes, it publishes whatever waits.
    if (isFrameAsked || !environment.requestAnimationFrame) return
    isFrameAsked = true
    environment.requestAnimationFrame(() => {
      isFrameAsked = false
      if (timer !== undefined) flush()
    })
  }
}
