import { StreamServerError } from '../../errors'

/** How long a stream may stay `pending` before it may be expired: 20 minutes. */
export const defaultPendingMs = 20 * 60_000

export function checkDuration(store: string, option: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw invalidOption(`${store}({ ${option} }) must be a positive number of milliseconds, not ${String(value)}.`)
}

export function invalidOption(message: string): StreamServerError {
  return new StreamServerError('invalid-option', message)
}
