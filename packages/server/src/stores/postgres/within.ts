import { StreamsError } from '../../errors'

/**
 * The answer of `asked`, or a rejection after `timeoutMs`: with `reason`, if there is a better one. What `asked` comes to
 * after that has no effect.
 */
export function within<T>(
  timeoutMs: number,
  asked: PromiseLike<T>,
  onTimeout: () => void = () => undefined,
  reason: () => StreamsError | undefined = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onTimeout()
      reject(
        reason() ??
          new StreamsError(
            'store',
            `postgresStore had no answer from the database within ${timeoutMs} ms. It stands still, is locked or cannot ` +
              'be reached; what was asked for may have been done all the same. postgresStore({ timeoutMs }) sets how ' +
              'long it waits.',
          ),
      )
    }, timeoutMs)
    asked.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
