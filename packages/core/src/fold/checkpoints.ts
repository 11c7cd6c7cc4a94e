/** The fewest code units between two checkpoints. */
const GAP = 128

interface Checkpoint<State> {
  readonly state: State
  readonly offset: number
}

interface CheckpointRules<State> {
  readonly initial: State
  /** `delta` stands at `offset`. */
  push(state: State, delta: string, offset: number): State
}

/**
 * States of a fold at earlier offsets. If the end of the text is replaced, the text is folded anew from the last one before that, and
 * not from the start. They are the closer the nearer they are to the end, so folding anew takes about as long as folding what was
 * replaced did.
 */
export function createCheckpoints<State>(rules: CheckpointRules<State>) {
  const kept: Checkpoint<State>[] = []
  const offsetOf = (index: number) => kept[index]?.offset ?? 0

  return {
    /** The state after the text up to `offset`. It is kept if the last one is far enough behind. */
    keep(state: State, offset: number): void {
      if (offset < offsetOf(kept.length - 1) + GAP) return
      let index = kept.push({ state, offset }) - 1
      while (--index >= 0) {
        const next = offsetOf(index + 1)
        if (next - offsetOf(index - 1) <= offset - next) kept.splice(index, 1)
      }
    },
    /** The state after all of `text`, which is new from `offset` on. */
    refold(text: string, offset: number): State {
      while (offsetOf(kept.length - 1) > offset) kept.pop()
      const last = kept.at(-1) ?? { state: rules.initial, offset: 0 }
      return rules.push(last.state, text.slice(last.offset), last.offset)
    },
  }
}
