import type { BlockContext, Line, MarkdownConfig } from '@lezer/markdown'

/** Math between two lines of `$$`, at the top level. There may be empty lines in it. */
export const math: MarkdownConfig = {
  defineNodes: [{ name: 'Math', block: true }],
  parseBlock: [
    {
      name: 'Math',
      parse(context, line) {
        if (!isOpening(context, line)) return false
        const from = context.lineStart + line.pos
        while (context.nextLine()) {
          if (!/^\$\$\s*$/.test(line.text.slice(line.pos))) continue
          context.nextLine()
          break
        }
        context.addElement(context.elt('Math', from, context.prevLineEnd()))
        return true
      },
      endLeaf: isOpening,
    },
  ],
}

function isOpening({ depth }: BlockContext, { text, pos, indent }: Line): boolean {
  return depth === 1 && indent < 4 && /^\$\$[^$]*$/.test(text.slice(pos))
}
