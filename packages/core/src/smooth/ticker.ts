import type { SmoothEnvironment } from './smooth-environment'

/** Calls once after each `ask`: with the next frame, or after `maxMs` where frames are slow, silent or missing. */
export function createTicker(tick: () => void, environment: SmoothEnvironment) {
  let timer: unknown
  let frame: unknown
  /** Tells the frame that was asked for last from those that cannot be taken back. */
  let asked = 0

  function stop() {
    asked++
    environment.clearTimeout(timer as never)
    environment.cancelAnimationFrame?.(frame as never)
  }

  return {
    stop,
    ask(maxMs: number) {
      stop()
      const mine = asked
      const fire = () => {
        if (mine !== asked) return
        stop()
        tick()
      }
      timer = environment.setTimeout(fire, maxMs)
      frame = environment.requestAnimationFrame?.(fire)
    },
  }
}
