import { useStream } from '@keepstream/react'
import { useState } from 'react'
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
export function Answer({ message, canBegin }: AnswerProps) {
  const [isBegun, setIsBegun] = useState(false)
  const isDriven = message.isDriven || isBegun
  const stream = useStream(message.streamId, { start: isDriven, fold: answerParts })
  const { value, status } = stream
  const problem = problemOf(stream)

  const cut = describeFinish(stream.finishReason)
  const isGrowing = isRunning(status)
  const isLeft = canBegin && !isDriven && isUnbegun(status, stream.isCaughtUp)
  return (
    <article className="exchange" aria-label={message.question}>
      <p className="question">{message.question}</p>
      <div className="answer" data-running={isGrowing || undefined} aria-busy={isGrowing}>
        {value.length === 0 && isGrowing ? (
          <p className="waiting">{isLeft ? 'Not begun yet' : 'Thinking'}</p>
        ) : (
          <Parts parts={value} isGrowing={isGrowing} />
        )}
        {stream.isStalled && <p className="note">No server writes this answer at the moment. It may go on later.</p>}
        {cut !== undefined && <p className="note">{cut}</p>}
        {problem !== undefined && (
          <p className="note" data-error="">
            {describeError(problem)}
          </p>
        )}
        <footer>
          <StreamBadges state={stream} />
          {canRetry(stream) && (
            <button type="button" className="quiet" onClick={stream.retry}>
              Try again
            </button>
          )}
          {isLeft && (
            <button type="button" className="quiet" onClick={() => setIsBegun(true)}>
              Begin the answer
            </button>
          )}
        </footer>
      </div>
    </article>
  )
}
