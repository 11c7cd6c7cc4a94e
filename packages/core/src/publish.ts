import type { Environment } from './environment'

/**
 * Thins out what is published, never who listens: an urgent change is published at once, any other one at the next frame
 * or after `maxDelayMs`, whichever is first. Reading goes on regardless (P8).
 */
export function createPublisher(publish: () => void, maxDelayMs: number, environment: Environment) {
  let timer: unknown

  function flush() {
    environment.clearTimeout(timer as never)
    timer = undefined
    publish()
  }

  return (isUrgent: boolean) => {
    if (isUrgent) return flush()
    if (timer) return
    const own = environment.setTimeout(flush, maxDelayMs)
    timer = own
    environment.requestAnimationFrame?.(() => timer === own && flush())
  }
}
