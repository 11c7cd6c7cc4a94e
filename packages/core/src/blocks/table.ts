import { type LeafBlockParser, type MarkdownConfig, Table } from '@lezer/markdown'

/** GitHub's tables. What stands in their rows does not matter here, so a row takes as little time as a line of text. */
export const table: MarkdownConfig = {
  ...Table,
  parseBlock: (Table.parseBlock ?? []).map(({ leaf, ...rules }) => ({
    ...rules,
    leaf: (context, block) => skipRows(leaf?.(context, block) ?? null),
  })),
}

/** The second line tells whether it is a table, and nothing that follows does. */
function skipRows(found: LeafBlockParser | null): LeafBlockParser | null {
  if (!found) return null
  const second = found.nextLine.bind(found)
  found.nextLine = (context, line, block) => {
    found.nextLine = () => false
    return second(context, line, block)
  }
  return found
}
