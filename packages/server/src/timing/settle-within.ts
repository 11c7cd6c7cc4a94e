import { type Environment, platformEnvironment } from '../environment'

/**
 * The result of `promise`. If it is not settled after `ms` milliseconds, rejects with what `onLate` returns. A later result
 * has no effect.
 *
 * @param timers @default the platform's
 */
export function settleWithin<T>(
  ms: number,
  promise: PromiseLike<T>,
  onLate: () => Error,
  timers: Pick<Environment, 'setTimeout' | 'clearTimeout'> = platformEnvironment,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = timers.setTimeout(() => reject(onLate()), ms)
    promise.then(
      (result) => {
        timers.clearTimeout(timer)
        resolve(result)
      },
      (error) => {
        timers.clearTimeout(timer)
        reject(error)
      },
    )
  })
}
