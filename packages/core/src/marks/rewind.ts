import { MARK_END, MARK_START } from './format'

const HEAD = '{"type":"rewind","offset":'
const NUMBER = '(0|[1-9]\\d{0,14})'
const partOfOffset = /* @__PURE__ */ new RegExp(`^(${NUMBER}\\}?)?$`)

/** Matches the rewinds of a text. The first group is the offset. */
export const rewinds = /* @__PURE__ */ new RegExp(`${MARK_START}\\${HEAD}${NUMBER}\\}${MARK_END}`, 'g')

/** The JSON of a rewind. Written in any other way it is none. */
export const rewindTo = (offset: unknown) => `${HEAD}${offset}}`

/** Whether a text may be the beginning of a rewind. */
export function isPartOfRewind(text: string): boolean {
  const head = MARK_START + HEAD
  return text.startsWith(head) ? partOfOffset.test(text.slice(head.length)) : head.startsWith(text)
}
