import { StreamsError } from '../../errors'
import { settleWithin } from '../../timing/settle-within'

/**
 * The answer of `asked`, or a rejection after `timeoutMs`: with `reason`, if there is a better one. A later answer has no
 * effect.
 */
export function withinTimeout<T>(
  timeoutMs: number,
  asked: PromiseLike<T>,
  onTimeout: () => void = () => undefined,
  reason: () => StreamsError | undefined = () => undefined,
): Promise<T> {
  return settleWithin(timeoutMs, asked, () => {
    onTimeout()
    return (
      reason() ??
      new StreamsError(
        'store',
        `postgresStore had no answer from the database within ${timeoutMs} ms. It stands still, is locked or cannot ` +
          'be reached; what was asked for may have been done all the same. postgresStore({ timeoutMs }) sets how ' +
          'long it waits.',
      )
    )
  })
}
