import { type StreamClient, useStream } from '@keepstream/react'
import { useState } from 'react'
import type { Message } from '../shared/chat'
import { describeError } from './describe-error'
import { Markdown } from './markdown'
import { StreamBadges } from './stream-badges'

export interface AnswerProps {
  readonly client: StreamClient
  readonly message: Message
  /** Whether this page asked the question, and so drives its answer. */
  readonly isAsked: boolean
  /** Whether an answer that nobody has begun can be begun here. */
  readonly canStart: boolean
}

/** A question and its answer, read by one pane's client. */
export function Answer({ client, message, isAsked, canStart }: AnswerProps) {
  const [isStarted, setIsStarted] = useState(false)
  const stream = useStream(client, message.streamId, { driven: isAsked || isStarted })
  const { text, status, error } = stream
  const isRunning = status === 'pending' || status === 'streaming'
  const isLeft = status === 'pending' && stream.isCaughtUp && !isAsked && !isStarted

  return (
    <article className="exchange" aria-label={message.question}>
      <p className="question">{message.question}</p>
      <div className="answer" data-running={isRunning || undefined} aria-busy={isRunning}>
        {text === '' && isRunning ? (
          <p className="waiting">{isLeft && canStart ? 'Not begun yet' : 'Thinking'}</p>
        ) : (
          <Markdown text={text} isGrowing={isRunning} />
        )}
        {status === 'timeout' && (
          <p className="note">The server that wrote this answer went away. What it had stored is kept.</p>
        )}
        {error !== undefined && (
          <p className="note" data-error>
            {describeError(error)}
          </p>
        )}
        <footer>
          <StreamBadges state={stream} />
          {error !== undefined && error.code !== 'generation' && isRunning && (
            <button type="button" className="quiet" onClick={() => stream.retry()}>
              Try again
            </button>
          )}
          {isLeft && canStart && (
            <button type="button" className="quiet" onClick={() => setIsStarted(true)}>
              Begin the answer
            </button>
          )}
        </footer>
      </div>
    </article>
  )
}
