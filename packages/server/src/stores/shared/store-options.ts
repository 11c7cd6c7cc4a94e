import { callback, invalid, number, type OptionsOf, optionsFrom, type TableFor } from '../../options/check-options'

/** What every store has. `pendingMs` is 20 minutes by default. */
export const storeTable = { now: callback<(() => number) | undefined>(), pendingMs: number(20 * 60_000, 1) }

/**
 * The checked options of a store.
 *
 * @param places the options that say where its streams are, each with what it is. Exactly one must be given
 */
export function storeOptions<Table extends TableFor<Record<string, unknown>>>(
  store: string,
  given: object,
  places: Readonly<Record<string, string>>,
  table: Table,
): OptionsOf<Table & typeof storeTable> {
  const names = Object.keys(places)
  const cure = `pass either ${names.map((name) => `{ ${name} } (${places[name]})`).join(' or ')}`
  const unchecked = Object.fromEntries(names.map((name) => [name, (value: unknown) => value]))
  const options = optionsFrom(given, { ...unchecked, ...table, ...storeTable }, cure, store)
  const found = Object.entries(given).filter(([name, value]) => names.includes(name) && value !== undefined)
  if (found.length !== 1 || found[0]?.[1] === '') invalid(store, cure)
  return options
}
