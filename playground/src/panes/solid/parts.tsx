/** @jsxImportSource solid-js */
import { Index, Match, Switch } from 'solid-js'
import type { Part, ReasoningPart, TextPart } from '../shared/parts/answer-parts'
import { type CallPart, isCall } from '../shared/parts/describe-call'
import { Markdown } from './markdown'
import { Thoughts } from './thoughts'
import { ToolCall } from './tool-call'

export interface PartsProps {
  readonly parts: readonly Part[]
  /** More of the answer may come. */
  readonly isGrowing: boolean
}

/** The parts of an answer. A part is rendered again only when it changes. */
export function Parts(props: PartsProps) {
  return (
    <div class="parts">
      {/* By index, because a growing answer never reorders its parts. */}
      <Index each={props.parts}>
        {(part) => (
          <Switch>
            <Match when={part().type === 'reasoning'}>
              <Thoughts part={part() as ReasoningPart} isGrowing={props.isGrowing} />
            </Match>
            <Match when={part().type === 'text'}>
              <Markdown
                text={(part() as TextPart).text}
                isGrowing={props.isGrowing && (part() as TextPart).state === 'streaming'}
              />
            </Match>
            <Match when={isCall(part())}>
              <ToolCall part={part() as CallPart} isGrowing={props.isGrowing} />
            </Match>
          </Switch>
        )}
      </Index>
    </div>
  )
}
