import { emptyList } from '../list'
import type { Container } from './container'

export interface JsonState {
  readonly expected: 'start' | 'fence' | 'value' | 'key' | 'colon' | 'comma' | 'string' | 'scalar'
  /** The value is finished, or the text is not JSON. */
  readonly isOver: boolean
  readonly open: Container
  /** The key of the next value. */
  readonly key: string | undefined
  /** What is there of a string, or of a number or a literal. */
  readonly text: string
  /** What is there of an escape sequence in a string. */
  readonly escape: string
}

export const initialJson: JsonState = {
  expected: 'start',
  isOver: false,
  open: { key: '', isObject: false, children: emptyList },
  key: undefined,
  text: '',
  escape: '',
}

/** The next string is a key. */
export const isKeyNext = ({ open, key }: JsonState) => open.isObject && key === undefined
