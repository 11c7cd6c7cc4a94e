/**
 * Makes the last block of a growing text look complete. An open mark is shown as if it were closed. A link without its full
 * address is shown as its label. A table is hidden until its second line is there. Code does not change.
 */
export function settleTail(block: string): string {
  if (/^\s*(?:```|~~~)/.test(block)) return block
  const lines = withoutTableHead(block.split('\n'))
  const last = lines.pop() ?? ''
  return [...lines, settleLine(last)].join('\n')
}

function settleLine(line: string): string {
  const ticks = line.match(/`/g)?.length ?? 0
  if (ticks % 2 === 1) return line.endsWith('`') ? line.slice(0, -1) : `${line}\``
  const label = line.replace(/\[([^[\]]*)\]?$/, '$1').replace(/\[([^[\]]*)\]\([^()\s]*$/, '$1')
  const bold = label.match(/\*\*/g)?.length ?? 0
  if (bold % 2 === 0) return label.replace(/(?<!\*)\*$/, '')
  if (/\*\*\s*$/.test(label)) return label.replace(/\*\*\s*$/, '')
  return label.endsWith('*') ? `${label}*` : `${label.trimEnd()}**`
}

function withoutTableHead(lines: string[]): string[] {
  let start = lines.length
  while (/^[\s>]*\|/.test(lines[start - 1] ?? '')) start--
  const [head = '', rule, ...body] = lines.slice(start)
  const columns = (line: string) => line.split('|').length
  const isTable = body.length > 0 || (rule && /^[\s>]*\|[\s:|-]+\|\s*$/.test(rule) && columns(rule) >= columns(head))
  return isTable ? lines : lines.slice(0, start)
}
