import { createFold } from '../fold/create-fold'
import type { Fold } from '../fold/fold'
import { append, emptyList, type List } from '../fold/list'
import { type Block, blocksOf, type Parsed, parse } from './parse-blocks'

export interface BlocksOptions {
  /**
   * Changes the text of the last block while it is open, so that `**bold` is shown bold before its end is there. It is not called for
   * blocks of code, and must be pure. The function of the package `remend` fits.
   *
   * @default the text as it is
   */
  readonly repair?: (text: string) => string
}

interface Blocks {
  readonly closed: List<Block>
  /** The text after the closed blocks, and where it begins. */
  readonly tail: string
  readonly offset: number
  /** How long `tail` is when it is worth to look for closed blocks in it. */
  readonly enough: number
}

const none: readonly Block[] = []
const ENOUGH = 256
const initial: Blocks = { closed: emptyList, tail: '', offset: 0, enough: ENOUGH }

/**
 * The blocks of a markdown text at its top level, as CommonMark has them, with GitHub's tables and with math between lines of `$$`. A
 * block that is not open stays the same object, so a framework renders only the last one or two again. Render each `text` with the
 * markdown component of your choice, and use `key` as its key.
 *
 * A definition such as `[1]: https://…` is a block of its own. A component that gets one block alone does not know those of others.
 *
 * Needs the package `@lezer/markdown`.
 */
export function blocks({ repair = (text) => text }: BlocksOptions = {}): Fold<readonly Block[]> {
  /** What was shown last, of a stream with these closed blocks. */
  const shown = new WeakMap<List<Block>, readonly Block[]>()
  /** The tail that was parsed last, after these closed blocks. */
  const parsed = new WeakMap<List<Block>, Parsed>()

  function blocksOfTail({ closed, tail, offset }: Blocks, isWhole: boolean): readonly Block[] {
    const last = (shown.get(closed) ?? none).slice(closed.length)
    const now = parse(tail, parsed.get(closed))
    parsed.set(closed, now)
    return blocksOf(now, offset, isWhole).map((block, index, all) => {
      const isRepaired = block.isOpen && index === all.length - 1 && !isCode(block.text)
      const next = isRepaired ? { ...block, text: repair(block.text) } : block
      const known = last[index]
      return known && isSame(known, next) ? known : next
    })
  }

  /** Moves the closed blocks out of the tail. What is left may double before this is done again, so all of it is linear. */
  function close(state: Blocks): Blocks {
    const found = blocksOfTail(state, false)
    const count = found.findIndex(({ isOpen }) => isOpen)
    const offset = found[count]?.key ?? state.offset
    const tail = state.tail.slice(offset - state.offset)
    const enough = Math.max(ENOUGH, 2 * tail.length)
    if (count < 1) return { ...state, enough }
    const closed = found.slice(0, count).reduce(append<Block>, state.closed)
    shown.set(closed, shown.get(state.closed) ?? none)
    return { closed, tail, offset, enough }
  }

  return createFold<readonly Block[], Blocks>({
    initial,
    push(state, delta) {
      // Each stream has a list of its own, also before its first block has closed.
      const closed = state === initial ? { ...emptyList } : state.closed
      const next = { ...state, closed, tail: state.tail + delta }
      const hasClosed = shown.get(closed)?.[closed.length]?.isOpen === false
      return hasClosed || next.tail.length >= next.enough ? close(next) : next
    },
    value(state, isWhole) {
      const { closed } = state
      const all = closed.items.slice(0, closed.length).concat(blocksOfTail(state, isWhole))
      const last = shown.get(closed) ?? none
      if (all.length === last.length && all.every((block, index) => block === last[index])) return last
      shown.set(closed, all)
      return all
    },
  })
}

/** A fence, or the indentation of code. */
const isCode = (text: string) => /^( {4}| {0,3}(\t|```|~~~))/.test(text)

const isSame = (one: Block, other: Block) =>
  one.key === other.key && one.text === other.text && one.isOpen === other.isOpen
