import { parseJson } from '../parse-json'
import { containerValue } from './container'
import { isKeyNext, type JsonState } from './json-state'

/** The value of what was read. */
export function shownJson(state: JsonState, isWhole: boolean): unknown {
  let { open, key } = state
  if (isWhole && state.expected === 'scalar' && !open.parent) return parseJson(state.text)
  let value: unknown = state.expected === 'string' && !isKeyNext(state) ? wholeCharacters(state.text) : undefined
  for (; open.parent; open = open.parent) {
    value = containerValue(open, value, key)
    key = open.key
  }
  return value ?? open.children.items[0]
}

/** Without the first half of a surrogate pair at the end. */
const wholeCharacters = (text: string) => (text.charCodeAt(text.length - 1) >> 10 === 0x36 ? text.slice(0, -1) : text)
