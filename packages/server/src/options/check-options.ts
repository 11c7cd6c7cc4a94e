import { StreamsError } from '../errors'

/** The longest time of `setTimeout`. A longer one fires after 1 ms. */
const longestMs = 2_147_483_647

export function durationFrom(name: string, given: unknown, fallback: number, least: number): number {
  if (given === undefined) return fallback
  if (isNumber(given, least) && given <= longestMs) return given
  return invalid(name, `pass milliseconds from ${least} to ${longestMs} (24 days), the longest time of a timer`)
}

/** Without a `fallback` the option is required. */
export function numberFrom(name: string, given: unknown, fallback: number | undefined, least: number): number {
  if (given === undefined && fallback !== undefined) return fallback
  if (isNumber(given, least)) return given
  return invalid(name, `pass a number of at least ${least}`)
}

function isNumber(given: unknown, least: number): given is number {
  return typeof given === 'number' && Number.isFinite(given) && given >= least
}

/** Without this check, reading a property of `null` throws a `TypeError` that does not name the option. */
export function checkObject(name: string, given: unknown, cure: string): asserts given is object {
  if (typeof given !== 'object' || given === null) invalid(name, cure)
}

/** A misspelt name would silently have no effect. */
export function checkNames(prefix: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) invalid(prefix + unknown, `there is no such option; the options are ${known.join(', ')}`)
}

export function invalid(option: string, cure: string): never {
  throw new StreamsError('invalid-option', `option '${option}' cannot be used: ${cure}`)
}
