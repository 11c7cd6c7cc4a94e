import { StreamServerError } from '../errors'

/** The longest time of `setTimeout`. A longer one fires after 1 ms. */
const longestMs = 2_147_483_647

/** Checks what was given for an option, or `undefined`, and returns the value that counts, which may be a default. */
export type OptionCheck<Value> = (given: unknown, name: string) => Value

/** The values of a table of options. */
export type OptionsOf<Table extends Record<string, OptionCheck<unknown>>> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]>
}

/** Checks options by a table, which has a check for each name, and copies them. */
export function optionsFrom<Table extends Record<string, OptionCheck<unknown>>>(
  prefix: string,
  given: object,
  table: Table,
): OptionsOf<Table> {
  checkNames(prefix, given, Object.keys(table))
  const values: Record<string, unknown> = { ...given }
  for (const [name, check] of Object.entries(table)) values[name] = check(values[name], prefix + name)
  return values as OptionsOf<Table>
}

export function duration(fallback: number, least: number): OptionCheck<number> {
  return (given, name) => {
    if (given === undefined) return fallback
    if (isNumber(given, least) && given <= longestMs) return given
    return invalid(name, `pass milliseconds from ${least} to ${longestMs} (24 days), the longest time of a timer`)
  }
}

/** Without a `fallback` the option is required. */
export function number(fallback: number | undefined, least: number): OptionCheck<number> {
  return (given, name) => {
    if (given === undefined && fallback !== undefined) return fallback
    if (isNumber(given, least)) return given
    return invalid(name, `pass a number of at least ${least}`)
  }
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
  throw new StreamServerError('invalid-option', `option '${option}' cannot be used: ${cure}`)
}
