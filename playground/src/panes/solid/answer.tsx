/** @jsxImportSource solid-js */
import { useStream } from '@keepstream/solid'
import { createSignal, Show } from 'solid-js'
import type { PaneMessage } from '../pane-view'
import { canRetry, isRunning, isUnbegun, problemOf } from '../shared/answer-facts'
import { describeError } from '../shared/describe-error'
import { describeFinish } from '../shared/describe-finish'
import { answerParts } from '../shared/parts/answer-parts'
import { Parts } from './parts'
import { StreamBadges } from './stream-badges'

export interface AnswerProps {
  readonly message: PaneMessage
  readonly canBegin: boolean
}

/** A question and its answer, read by one pane's client. */
export function Answer(props: AnswerProps) {
  const [isBegun, setIsBegun] = createSignal(false)
  const isDriven = () => props.message.isDriven || isBegun()
  const stream = useStream(
    () => props.message.streamId,
    () => ({ start: isDriven(), fold: answerParts }),
  )

  const isGrowing = () => isRunning(stream.status)
  const isLeft = () => props.canBegin && !isDriven() && isUnbegun(stream.status, stream.isCaughtUp)
  return (
    <article class="exchange" aria-label={props.message.question}>
      <p class="question">{props.message.question}</p>
      <div class="answer" data-running={isGrowing() || undefined} aria-busy={isGrowing()}>
        <Show
          when={stream.value.length === 0 && isGrowing()}
          fallback={<Parts parts={stream.value} isGrowing={isGrowing()} />}
        >
          <p class="waiting">{isLeft() ? 'Not begun yet' : 'Thinking'}</p>
        </Show>
        <Show when={stream.isStalled}>
          <p class="note">No server writes this answer at the moment. It may go on later.</p>
        </Show>
        <Show when={describeFinish(stream.finishReason)}>{(cut) => <p class="note">{cut()}</p>}</Show>
        <Show when={problemOf(stream)}>
          {(problem) => (
            <p class="note" data-error="">
              {describeError(problem())}
            </p>
          )}
        </Show>
        <footer>
          <StreamBadges state={stream} />
          <Show when={canRetry(stream)}>
            <button type="button" class="quiet" onClick={stream.retry}>
              Try again
            </button>
          </Show>
          <Show when={isLeft()}>
            <button type="button" class="quiet" onClick={() => setIsBegun(true)}>
              Begin the answer
            </button>
          </Show>
        </footer>
      </div>
    </article>
  )
}
