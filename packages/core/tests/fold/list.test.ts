import { expect, it } from 'vitest'
import { append, emptyList, type List, toArray } from '../../src/fold/list'

it('adds to a list and to an older one, and changes neither', () => {
  const one: List<number> = append(emptyList, 1)
  const two = append(one, 2)
  const shown = toArray(two)
  const other = append(append(one, 3), 4)
  expect([emptyList, one, two, other].map(toArray)).toEqual([[], [1], [1, 2], [1, 3, 4]])
  append(two, 5)
  expect(shown).toEqual([1, 2])
  expect(toArray(two)).toBe(shown)
})

it('copies nothing while a list grows', () => {
  let list: List<number> = append(emptyList, 0)
  const { items } = list
  for (let index = 1; index < 1_000; index++) list = append(list, index)
  expect(list.items).toBe(items)
  expect(toArray(list)).toHaveLength(1_000)
})
