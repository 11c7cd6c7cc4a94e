import { StreamServerError } from '../../../errors'
import { settleWithin } from '../../../timing/settle-within'

/**
 * The result of `call`, or a rejection after `timeoutMs`, with the error of `reason` if it returns one. A later result has no
 * effect.
 */
export function withinTimeout<T>(
  timeoutMs: number,
  call: PromiseLike<T>,
  onTimeout: () => void = () => undefined,
  reason: () => StreamServerError | undefined = () => undefined,
): Promise<T> {
  return settleWithin(timeoutMs, call, () => {
    onTimeout()
    return (
      reason() ??
      new StreamServerError(
        'store',
        `postgresStore got no response from the database within ${timeoutMs} ms. It is stalled, locked or unreachable. ` +
          'The call may have been carried out. postgresStore({ timeoutMs }) sets how long it waits.',
      )
    )
  })
}
