import { marked } from 'marked'

/**
 * Cuts markdown into its top-level blocks. While a text grows only the last one changes, so that everything before it
 * keeps its place in the page, and a reader's selection with it.
 */
export function splitBlocks(markdown: string): string[] {
  const blocks: string[] = []
  for (const token of marked.lexer(markdown)) {
    if (token.type !== 'space') blocks.push(token.raw)
  }
  return blocks
}
