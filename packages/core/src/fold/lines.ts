import { createFold } from './create-fold'
import type { Fold } from './fold'
import { append, emptyList, type List, toArray } from './list'
import { parseJson } from './parse-json'

interface Lines<Item> {
  readonly items: List<Item>
  /** The line that has no end yet. */
  readonly rest: string
}

/**
 * The values of NDJSON (JSON Lines): one JSON value in each line. A value is added when its line ends, or when the stream does.
 * Values that are there stay the same objects, and the array is the same while none is added.
 *
 * A line that is not JSON is left out, and so are empty lines and an unfinished value at the end of a stream. `Item` is what you
 * expect; the values are not checked.
 */
export function lines<Item = unknown>(): Fold<readonly Item[]> {
  return createFold<readonly Item[], Lines<Item>>({
    initial: { items: emptyList, rest: '' },
    push({ items, rest }, delta) {
      const ends = delta.split('\n')
      ends[0] = rest + ends[0]
      const last = ends.pop() ?? ''
      return { items: ends.reduce(addLine, items), rest: last }
    },
    value: ({ items, rest }, isWhole) => toArray(isWhole ? addLine(items, rest) : items),
  })
}

function addLine<Item>(items: List<Item>, line: string): List<Item> {
  const value = parseJson(line) as Item | undefined
  return value === undefined ? items : append(items, value)
}
