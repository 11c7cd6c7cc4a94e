import type { ReasoningPart } from '../shared/parts/answer-parts'
import { describeThoughts } from '../shared/parts/describe-thoughts'

export interface ThoughtsProps {
  readonly part: ReasoningPart
  readonly isGrowing: boolean
}

/** What the answer thinks. It is open while it is written, and the user can open and close it. */
export function Thoughts({ part, isGrowing }: ThoughtsProps) {
  const { title, text, isRunning, isOpen } = describeThoughts(part, isGrowing)
  return (
    <details className="thoughts" data-running={isRunning || undefined} open={isOpen}>
      <summary>{title}</summary>
      <p>{text}</p>
    </details>
  )
}
