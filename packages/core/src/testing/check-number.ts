import { StreamError } from '../errors'

/** The longest wait of a timer, in milliseconds. A timer with a longer wait fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Range {
  /** @default 0 */
  readonly min?: number | undefined
  /** @default the longest wait of a timer */
  readonly max?: number | undefined
  readonly isWhole?: boolean | undefined
}

/**
 * Refuses an option that is not a number in its range.
 *
 * @throws {StreamError} `invalid-option`
 */
export function checkNumber(
  culprit: string,
  name: string,
  value: unknown,
  { min = 0, max = MAX_TIMER_MS, isWhole = false }: Range = {},
): void {
  const isFit = typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value))
  if (isFit) return
  const range = max === Number.POSITIVE_INFINITY ? `from ${min}` : `from ${min} to ${max}`
  throw new StreamError(
    'invalid-option',
    `${culprit} needs \`${name}\` to be a ${isWhole ? 'whole ' : ''}number ${range}, not ${String(value)}`,
  )
}
