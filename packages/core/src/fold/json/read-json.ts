import { emptyList } from '../list'
import { parseJson } from '../parse-json'
import { type Container, containerValue, withValue } from './container'
import { isKeyNext, type JsonState } from './json-state'

type Reader = { -readonly [Key in keyof JsonState]: JsonState[Key] }

/** Reads each character once. */
export function readJson(state: JsonState, delta: string): JsonState {
  if (state.isOver) return state
  const reader = { ...state }
  for (let at = 0; at < delta.length && !reader.isOver; ) at = read(reader, delta, at)
  return reader
}

/** Returns where to read on. */
function read(reader: Reader, delta: string, at: number): number {
  if (reader.expected === 'string') return reader.escape ? readEscape(reader, delta, at) : readString(reader, delta, at)
  if (reader.expected === 'scalar') return readScalar(reader, delta, at)
  if (reader.expected === 'fence') return skipFence(reader, delta, at)
  const char = delta.charAt(at)
  if (!' \n\r\t'.includes(char)) readSign(reader, char)
  return at + 1
}

function skipFence(reader: Reader, delta: string, at: number): number {
  const end = delta.indexOf('\n', at)
  if (end < 0) return delta.length
  reader.expected = 'value'
  return end + 1
}

function readString(reader: Reader, delta: string, at: number): number {
  let end = at
  while (isPlain(delta.charCodeAt(end))) end += 1
  reader.text += delta.slice(at, end)
  const char = delta.charAt(end)
  if (char === '\\') reader.escape = char
  else if (char === '"') endString(reader)
  else if (char) reader.isOver = true
  return end + 1
}

/** Not a quote, a backslash or a control character, and not NaN: the end of the text. */
const isPlain = (code: number) => code >= 0x20 && code !== 0x22 && code !== 0x5c

function endString(reader: Reader): void {
  if (isKeyNext(reader)) {
    reader.key = reader.text
    reader.text = ''
    reader.expected = 'colon'
  } else {
    add(reader, reader.text)
  }
}

function readEscape(reader: Reader, delta: string, at: number): number {
  reader.escape += delta.charAt(at)
  if (reader.escape.length < (reader.escape[1] === 'u' ? 6 : 2)) return at + 1
  const decoded = parseJson(`"${reader.escape}"`)
  if (decoded === undefined) reader.isOver = true
  else reader.text += decoded
  reader.escape = ''
  return at + 1
}

function readScalar(reader: Reader, delta: string, at: number): number {
  let end = at
  while (isInScalar(delta.charAt(end))) end += 1
  reader.text += delta.slice(at, end)
  if (end === delta.length) return end
  const value = parseJson(reader.text)
  if (value === undefined) reader.isOver = true
  else add(reader, value)
  return end
}

const isInScalar = (char: string) => /[-+.\w]/.test(char)

function readSign(reader: Reader, char: string): void {
  const { expected, open } = reader
  const mayClose =
    expected === 'comma' || (open.children.length === 0 && expected === (open.isObject ? 'key' : 'value'))
  if (mayClose && open.parent && char === (open.isObject ? '}' : ']')) close(reader, open, open.parent)
  else if (expected === 'comma' && char === ',') reader.expected = open.isObject ? 'key' : 'value'
  else if (expected === 'colon' && char === ':') reader.expected = 'value'
  else if (char === '"' && isOneOf(expected, 'start', 'value', 'key')) reader.expected = 'string'
  else if (expected === 'start' && char === '`') reader.expected = 'fence'
  else if (isOneOf(expected, 'start', 'value')) begin(reader, char)
  else reader.isOver = true
}

const isOneOf = (expected: string, ...allowed: readonly string[]) => allowed.includes(expected)

function begin(reader: Reader, char: string): void {
  if (char === '{' || char === '[') {
    const isObject = char === '{'
    reader.open = { parent: reader.open, key: reader.key ?? '', isObject, children: emptyList }
    reader.key = undefined
    reader.expected = isObject ? 'key' : 'value'
  } else if (isInScalar(char)) {
    reader.text = char
    reader.expected = 'scalar'
  } else {
    reader.isOver = true
  }
}

function close(reader: Reader, open: Container, parent: Container): void {
  reader.open = parent
  reader.key = open.key
  add(reader, containerValue(open))
}

function add(reader: Reader, value: unknown): void {
  reader.open = withValue(reader.open, value, reader.key)
  reader.key = undefined
  reader.text = ''
  reader.expected = 'comma'
  reader.isOver = !reader.open.parent
}
