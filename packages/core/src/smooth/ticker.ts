import type { SmoothEnvironment } from './smooth-environment'

/** Calls `tick` once after each `request`: with the next frame, or after `maxMs` if frames are slow or missing. */
export function createTicker(tick: () => void, environment: SmoothEnvironment) {
  let timer: unknown
  let frame: unknown
  /** The number of the last request. Older frames, which may not be cancelable, are ignored. */
  let requested = 0

  function stop() {
    requested++
    environment.clearTimeout(timer as never)
    environment.cancelAnimationFrame?.(frame as never)
  }

  return {
    stop,
    request(maxMs: number) {
      stop()
      const mine = requested
      const fire = () => {
        if (mine !== requested) return
        stop()
        tick()
      }
      timer = environment.setTimeout(fire, maxMs)
      frame = environment.requestAnimationFrame?.(fire)
    },
  }
}
