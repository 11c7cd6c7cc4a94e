import { parser } from '@lezer/markdown'
import { math } from './math'
import { table } from './table'

/** A block of markdown at the top level, such as a paragraph, a list, a table or a fence with its code. */
export interface Block {
  /** The offset at which it starts. It never changes, and blocks that follow have higher ones. */
  readonly key: number
  /** Its lines, without the empty ones around it. */
  readonly text: string
  /** The text may still change. A block that is not open stays the same object. */
  readonly isOpen: boolean
}

/** A text that begins with a block, and the tree of its blocks. */
export interface Parsed {
  readonly text: string
  readonly tree: ReturnType<typeof blockParser.parse>
}

/** What stands in a paragraph does not matter here. */
const blockParser = Object.assign(parser.configure([table, math]), { parseInline: () => [] })

/** `earlier` is an earlier parse. Where the text has only grown since, its blocks are taken from there, also those in a list. */
export function parse(text: string, earlier?: Parsed): Parsed {
  // Engines compare whole strings at once, and look at one character after the other in `startsWith`.
  if (!earlier || text.slice(0, earlier.text.length) !== earlier.text) return { text, tree: blockParser.parse(text) }
  const { tree } = earlier
  const known = { from: 0, to: knownEnd(earlier), tree, offset: 0, openStart: false, openEnd: false }
  return { text, tree: blockParser.parse(text, [known]) }
}

function knownEnd({ text, tree }: Parsed): number {
  // Whether a block ends here can depend on the two lines after it, and the last line may still change.
  let end = text.length
  for (let line = 0; line < 3 && end > 0; line += 1) end = text.lastIndexOf('\n', end - 1)
  // The parser takes nothing from a list that ends before the known end, but it does from one that goes on there.
  const last = tree.topNode.childBefore(end + 1)
  return Math.min(end, last ? text.lastIndexOf('\n', last.to - 1) : end) + 1
}

/**
 * The blocks of a text that begins at `offset`. What comes can change a block until there is an empty line after it and then the first
 * line of another block, with its end.
 */
export function blocksOf({ text, tree }: Parsed, offset: number, isWhole: boolean): readonly Block[] {
  const found: Omit<Block, 'isOpen'>[] = []
  let end = 0
  let closed = 0
  const node = tree.cursor()
  for (let isThere = node.firstChild(); isThere; isThere = node.nextSibling()) {
    const start = text.lastIndexOf('\n', node.from - 1) + 1
    if (/\n\s*\n/.test(text.slice(end, start)) && text.includes('\n', start)) closed = found.length
    end = node.to
    found.push({ key: offset + start, text: text.slice(start, end) })
  }
  return found.map((block, index) => ({ ...block, isOpen: !isWhole && index >= closed }))
}
