import { createFold } from '@keepstream/core/fold'
import type { ShownReply } from './page-types'

/** How many letters the text of a reply has, with a full stop if it is whole. */
export const letters = createFold<string, number>({
  initial: 0,
  push: (count, delta) => count + delta.length,
  value: (count, isWhole) => `${count}${isWhole ? '.' : ''}`,
})

/** @throws if the value of a reply does not belong to its text */
export function checkValue({ text, status, value }: ShownReply & { readonly value: string }): void {
  const expected = letters.ofText(text, status !== 'pending' && status !== 'streaming')
  if (value !== expected) throw new Error(`the value of ${text} is ${value}, not ${expected}`)
}
