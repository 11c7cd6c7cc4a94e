import { StreamServerError } from '../errors'

/** Checks what was given for an option, or `undefined`, and returns the value that counts, which may be a default. */
export type OptionCheck<Value> = (given: unknown, name: string) => Value

/** A check for each name. */
type OptionTable = Readonly<Record<string, OptionCheck<unknown>>>
export type TableFor<Options> = Record<keyof Options, OptionCheck<unknown>>
export type OptionsOf<Table extends OptionTable> = { readonly [Name in keyof Table]: ReturnType<Table[Name]> }

/**
 * Checks options by a table, and copies them.
 *
 * @param cure what to do instead of passing no object
 * @param owner what the options belong to, such as `flush`: it stands before their names in messages
 */
export function optionsFrom<Table extends OptionTable>(
  given: unknown,
  table: Table,
  cure: string,
  owner?: string,
): OptionsOf<Table> {
  // Without this check, reading a property of `null` throws a `TypeError` that does not name the option.
  if (typeof given !== 'object' || given === null) return invalid(owner ?? 'options', cure)
  const nameOf = (name: string) => (owner === undefined ? name : `${owner}.${name}`)
  const known = Object.keys(table)
  // A misspelt name would silently have no effect.
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) invalid(nameOf(unknown), `there is no such option; the options are ${known.join(', ')}`)
  const values: Record<string, unknown> = { ...given }
  for (const [name, check] of Object.entries(table)) values[name] = check(values[name], nameOf(name))
  return values as OptionsOf<Table>
}

/** `false` if it was left out. */
export function flag(given: unknown = false, name: string): boolean {
  return typeof given === 'boolean' ? given : invalid(name, 'pass true or false')
}

/** A function, or `undefined`. */
export function callback<Value>(cure = 'pass a function'): OptionCheck<Value> {
  return (given, name) => (given === undefined || typeof given === 'function' ? (given as Value) : invalid(name, cure))
}

/** A string that matches, or `undefined`. */
export function text<Text extends string>(pattern: RegExp, cure: string): OptionCheck<Text | undefined> {
  return (given, name) =>
    given === undefined || (typeof given === 'string' && pattern.test(given)) ? (given as Text) : invalid(name, cure)
}

/** A regular expression, without the flags `g` and `y`: with them it remembers where it was, and misses every other match. */
export function pattern(fallback: RegExp): OptionCheck<RegExp> {
  return (given = fallback, name) =>
    given instanceof RegExp
      ? new RegExp(given.source, given.flags.replace(/[gy]/g, ''))
      : invalid(name, 'pass a RegExp')
}

/** Milliseconds up to the longest time of `setTimeout`: a longer one fires after 1 ms. */
export function duration(fallback: number, least: number): OptionCheck<number> {
  return number(fallback, least, 2_147_483_647)
}

/** Without a `fallback` the option is required. */
export function number(
  fallback: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): OptionCheck<number> {
  return (given, name) => {
    if (given === undefined && fallback !== undefined) return fallback
    if (typeof given === 'number' && given >= least && given <= most) return given
    return invalid(name, `pass a number from ${least} to ${most}, not ${String(given)}`)
  }
}

export function invalid(option: string, cure: string): never {
  throw new StreamServerError('invalid-option', `option '${option}' cannot be used: ${cure}`)
}
