/**
 * A list that is only added to. Lists that came from one another share `items`, of which each has the first `length`. So adding takes
 * the same time however long the list is, and an older list never changes.
 */
export interface List<Item> {
  readonly items: readonly Item[]
  readonly length: number
}

export const emptyList: List<never> = { items: [], length: 0 }

export function append<Item>({ items, length }: List<Item>, item: Item): List<Item> {
  const isNewest = length > 0 && items.length === length
  const shared = isNewest ? (items as Item[]) : items.slice(0, length)
  shared.push(item)
  return { items: shared, length: length + 1 }
}

const arrays = new WeakMap<List<unknown>, readonly unknown[]>()

/** The list as an array of its own. The same list gives the same array. */
export function toArray<Item>(list: List<Item>): readonly Item[] {
  const found = arrays.get(list) as readonly Item[] | undefined
  if (found) return found
  const array = list.items.slice(0, list.length)
  arrays.set(list, array)
  return array
}
