import { BoundedLexer } from './bounded-lexer'

/** The source of a top-level block, and its length with the empty lines after it. */
export interface Block {
  readonly raw: string
  readonly length: number
}

/** Cuts markdown into its top-level blocks. While a text grows, only the last ones change. */
export function splitBlocks(markdown: string): Block[] {
  const blocks: { raw: string; length: number }[] = []
  for (const { type, raw } of new BoundedLexer().blocks(markdown)) {
    const last = blocks.at(-1)
    if (type !== 'space') blocks.push({ raw, length: raw.length })
    else if (last) last.length += raw.length
    else blocks.push({ raw: '', length: raw.length })
  }
  return blocks
}
