import type { ReasoningPart } from '@keepstream/core/fold'

export interface ShownThoughts {
  readonly title: string
  readonly text: string
  readonly isRunning: boolean
  /** Whether they are shown before the user opens or closes them. */
  readonly isOpen: boolean
}

/**
 * Describes thoughts for the page. They are open while they are written, and stay open if the answer ended in the middle of them.
 *
 * @param isGrowing more of the answer may come
 */
export function describeThoughts({ text, state }: ReasoningPart, isGrowing: boolean): ShownThoughts {
  const isWhole = state === 'done'
  const title = isWhole ? 'Thoughts' : isGrowing ? 'Thinking' : 'Thoughts, unfinished'
  return { title, text, isRunning: !isWhole && isGrowing, isOpen: !isWhole }
}
