import { settleTail } from './settle-tail'
import { splitBlocks } from './split-blocks'

/** Some consecutive blocks. */
export type Section = readonly string[]

/** How many blocks are rendered at once. */
const sectionLength = 50

/** New text can still change this many last blocks. */
const unsettledCount = 2

/**
 * Cuts a markdown text that may still grow into sections of blocks. Settled sections are not read again and stay the same
 * objects. So they stay in the page, with the user's selection.
 */
export function createSections(split = splitBlocks): (markdown: string, isGrowing: boolean) => readonly Section[] {
  let settled = ''
  let full: Section[] = []
  let open: string[] = []

  return (markdown, isGrowing) => {
    const text = markdown.includes('\r') ? markdown.replace(/\r\n?/g, '\n') : markdown
    if (!text.startsWith(settled)) {
      settled = ''
      full = []
      open = []
    }
    const blocks = split(text.slice(settled.length))
    let { length } = settled
    for (const block of blocks.splice(0, Math.max(0, blocks.length - unsettledCount))) {
      length += block.length
      if (block.raw !== '') open.push(block.raw)
      if (open.length < sectionLength) continue
      full.push(open)
      open = []
    }
    settled = text.slice(0, length)

    const rest = [...open, ...blocks.map(({ raw }) => raw).filter((raw) => raw !== '')]
    const last = rest.pop()
    if (last !== undefined) rest.push(isGrowing ? settleTail(last) : last)
    const sections = [...full]
    for (let start = 0; start < rest.length; start += sectionLength) {
      sections.push(rest.slice(start, start + sectionLength))
    }
    return sections
  }
}
