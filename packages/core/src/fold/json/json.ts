import { createFold } from '../create-fold'
import type { Fold } from '../fold'
import { initialJson } from './json-state'
import { readJson } from './read-json'
import { shownJson } from './shown-json'

/**
 * What is there of a value while it grows: properties and items may be missing, and a string may be the beginning of itself. So a
 * string is any string, also where `Value` lists the possible ones.
 */
export type DeepPartial<Value> = Value extends string
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly DeepPartial<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> }
      : Value

/**
 * The value of a JSON text as it grows: what `JSON.parse` would return, of the part that is there. It is `undefined` before the
 * value begins.
 *
 * - Objects and arrays are shown when they open, and strings while they grow.
 * - Numbers, `true`, `false` and `null` are shown with the character that ends them. So the 1 of 12 is never shown. A text that is
 *   nothing else shows it when the stream ends.
 * - What has closed stays the same object. Only the objects and arrays that are open are copied when something in them changes.
 * - A first line that opens a code fence is skipped, and what stands after the value is ignored.
 * - At the first character that cannot be JSON, reading stops: the value stays as it is.
 *
 * `Value` is what you expect. Nothing is checked: validate the value once the stream is `done`.
 */
export function json<Value = unknown>(): Fold<DeepPartial<Value> | undefined> {
  return createFold({
    initial: initialJson,
    push: readJson,
    value: (state, isWhole) => shownJson(state, isWhole) as DeepPartial<Value> | undefined,
  })
}
