import { useCallback, useRef, useState } from 'react'
import type { PaneMessage } from '../pane-view'
import { goToEnd, stickToEnd } from '../shared/stick-to-end'
import { Answer } from './answer'
import { AnswerBoundary } from './answer-boundary'

export interface ConversationProps {
  readonly messages: readonly PaneMessage[]
  /** Whether an answer that has not begun can be started here. */
  readonly canBegin: boolean
}

/** The questions and answers of a conversation, oldest first. The end stays in view. */
export function Conversation({ messages, canBegin }: ConversationProps) {
  const [isAway, setIsAway] = useState(false)
  const scroller = useRef<HTMLElement>(null)
  const scrollerRef = useCallback((element: HTMLElement) => {
    scroller.current = element
    return stickToEnd(element, setIsAway)
  }, [])

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="scroller" ref={scrollerRef} tabIndex={0} aria-label="Conversation">
        <div className="messages">
          {messages.map((message) => (
            <AnswerBoundary key={message.streamId} question={message.question}>
              <Answer message={message} canBegin={canBegin} />
            </AnswerBoundary>
          ))}
        </div>
      </section>
      {isAway && (
        <button
          type="button"
          className="to-end"
          onClick={() => {
            if (scroller.current !== null) goToEnd(scroller.current)
          }}
        >
          Latest <span aria-hidden="true">↓</span>
        </button>
      )}
    </>
  )
}
