import { StreamsError } from '../errors'

/** What `setTimeout` can wait at the most; anything longer fires after 1 ms. */
const longestMs = 2_147_483_647

export function durationFrom(name: string, given: unknown, fallback: number, least: number): number {
  if (given === undefined) return fallback
  if (isNumber(given, least) && given <= longestMs) return given
  return invalid(
    name,
    `pass milliseconds from ${least} to ${longestMs}, which is as long as a timer can wait (24 days)`,
  )
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

/** Without it, the first look into what is no object fails with a `TypeError` that names nothing. */
export function checkObject(name: string, given: unknown, cure: string): asserts given is object {
  if (typeof given !== 'object' || given === null) invalid(name, cure)
}

/** A misspelt name would silently leave the default. */
export function checkNames(prefix: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) invalid(prefix + unknown, `there is no such option; there are ${known.join(', ')}`)
}

export function invalid(option: string, cure: string): never {
  throw new StreamsError('invalid-option', `option '${option}' cannot be used: ${cure}`)
}
