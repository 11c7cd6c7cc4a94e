import { memo } from 'react'
import type { Part as AnswerPart } from '../shared/parts/answer-parts'
import { isCall } from '../shared/parts/describe-call'
import { Markdown } from './markdown'
import { Thoughts } from './thoughts'
import { ToolCall } from './tool-call'

export interface PartsProps {
  readonly parts: readonly AnswerPart[]
  /** More of the answer may come. */
  readonly isGrowing: boolean
}

/** The parts of an answer. A part is rendered again only when it changes. */
export function Parts({ parts, isGrowing }: PartsProps) {
  return (
    <div className="parts">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a growing answer never reorders its parts
        <Part key={index} part={part} isGrowing={isGrowing} />
      ))}
    </div>
  )
}

const Part = memo(function Part({ part, isGrowing }: { readonly part: AnswerPart; readonly isGrowing: boolean }) {
  if (part.type === 'reasoning') return <Thoughts part={part} isGrowing={isGrowing} />
  if (part.type === 'text') return <Markdown text={part.text} isGrowing={isGrowing && part.state === 'streaming'} />
  return isCall(part) ? <ToolCall part={part} isGrowing={isGrowing} /> : null
})
