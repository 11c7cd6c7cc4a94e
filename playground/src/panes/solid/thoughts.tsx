/** @jsxImportSource solid-js */
import { createMemo } from 'solid-js'
import type { ReasoningPart } from '../shared/parts/answer-parts'
import { describeThoughts } from '../shared/parts/describe-thoughts'

export interface ThoughtsProps {
  readonly part: ReasoningPart
  readonly isGrowing: boolean
}

/** What the answer thinks. It is open while it is written, and the user can open and close it. */
export function Thoughts(props: ThoughtsProps) {
  const shown = createMemo(() => describeThoughts(props.part, props.isGrowing))
  const isOpen = createMemo(() => shown().isOpen)
  return (
    <details class="thoughts" data-running={shown().isRunning || undefined} open={isOpen()}>
      <summary>{shown().title}</summary>
      <p>{shown().text}</p>
    </details>
  )
}
