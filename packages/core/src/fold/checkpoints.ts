import type { FoldRules } from './fold'

/** The fewest code units between two checkpoints, and the most checkpoints. */
const FIRST_GAP = 4_096
const MAX_COUNT = 32

interface Checkpoint<State> {
  readonly state: State
  readonly offset: number
}

/**
 * States of a fold at earlier offsets. If the store replaces the end of the text (P9), the text is folded anew from the last one
 * before that, and not from the start.
 */
export function createCheckpoints<State>(rules: Pick<FoldRules<unknown, State>, 'initial' | 'push'>) {
  let kept: Checkpoint<State>[] = []
  let gap = FIRST_GAP

  return {
    /** The state after the text up to `offset`. It is kept if the last one is far enough behind. */
    keep(state: State, offset: number): void {
      if (offset < (kept.at(-1)?.offset ?? 0) + gap) return
      kept.push({ state, offset })
      if (kept.length < MAX_COUNT) return
      kept = kept.filter((_, index) => index % 2 === 1)
      gap *= 2
    },
    /** The state after all of `text`, which is new from `offset` on. */
    refold(text: string, offset: number): State {
      while ((kept.at(-1)?.offset ?? 0) > offset) kept.pop()
      const last = kept.at(-1) ?? { state: rules.initial, offset: 0 }
      return rules.push(last.state, text.slice(last.offset))
    },
  }
}
