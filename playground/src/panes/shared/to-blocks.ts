import { settleTail } from './settle-tail'
import { splitBlocks } from './split-blocks'

/** The blocks of a markdown text as they are shown. While it grows only the last ones change. */
export function toBlocks(markdown: string, isGrowing: boolean): string[] {
  const blocks = splitBlocks(markdown)
  const last = blocks.pop()
  if (last !== undefined) blocks.push(isGrowing ? settleTail(last) : last)
  return blocks
}
