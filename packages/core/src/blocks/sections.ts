import type { Block } from './parse-blocks'

/** Blocks that follow one another. */
export interface Section {
  /** The key of its first block. It never changes, and sections that follow have higher ones. */
  readonly key: number
  /** At least one block. */
  readonly blocks: readonly Block[]
}

/**
 * Puts blocks into sections. A browser visits all children of an element when one of them changes its size, so a long answer is shown
 * faster if each section is an element of its own. A section whose blocks did not change is the same object as before.
 *
 * @param size how many blocks a section has. The last one may have fewer. @default 50
 */
export function sections(blocks: readonly Block[], size = 50): readonly Section[] {
  const all: Section[] = []
  for (let at = 0; at < blocks.length; at += size) all.push(sectionOf(blocks.slice(at, at + size)))
  return all
}

/** The section that had this block first, when it was shown last. */
const shown = new WeakMap<Block, Section>()

function sectionOf(blocks: readonly Block[]): Section {
  const first = blocks[0] as Block
  const known = shown.get(first)
  if (known?.blocks.length === blocks.length && blocks.every((block, index) => block === known.blocks[index]))
    return known
  const section = { key: first.key, blocks }
  shown.set(first, section)
  return section
}
