import type { CreateStreamsOptions } from '@keepstream/server'

type Environment = NonNullable<CreateStreamsOptions['environment']>

/** A runtime's clock and timers, `factor` times as fast as real ones, so that a lease expires within seconds. */
export function quickTime(factor: number): Environment {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * factor,
    random: Math.random,
    setTimeout: (callback, ms) => setTimeout(callback, ms / factor),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout> | undefined),
    setImmediate: (callback) => void setImmediate(callback),
  }
}
