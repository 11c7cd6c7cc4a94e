import { parser, Table } from '@lezer/markdown'
import { math } from './math'

/** A block of markdown at the top level, such as a paragraph, a list, a table or a fence with its code. */
export interface Block {
  /** The offset at which it starts. It never changes, and blocks that follow have higher ones. */
  readonly key: number
  /** Its lines, without the empty ones around it. */
  readonly text: string
  /** The text may still change. A block that is not open stays the same object. */
  readonly isOpen: boolean
}

/** What stands in a paragraph does not matter here. */
const inline = ['Escape', 'Entity', 'InlineCode', 'HTMLTag', 'Emphasis', 'HardBreak', 'Link', 'Image', 'LinkEnd']
const blockParser = parser.configure([Table, math, { remove: inline }])

/**
 * The blocks of a text that begins with a block, at `offset`. What comes can change a block until there is an empty line after it and
 * then the first line of another block, with its end.
 */
export function parseBlocks(text: string, offset: number, isWhole: boolean): readonly Block[] {
  const found: Omit<Block, 'isOpen'>[] = []
  let end = 0
  let closed = 0
  const node = blockParser.parse(text).cursor()
  for (let isThere = node.firstChild(); isThere; isThere = node.nextSibling()) {
    const start = text.lastIndexOf('\n', node.from - 1) + 1
    if (/\n\s*\n/.test(text.slice(end, start)) && text.includes('\n', start)) closed = found.length
    end = node.to
    found.push({ key: offset + start, text: text.slice(start, end) })
  }
  return found.map((block, index) => ({ ...block, isOpen: !isWhole && index >= closed }))
}
