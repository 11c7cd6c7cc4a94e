import type { StreamClient } from '@keepstream/react'
import type { ReactNode } from 'react'
import type { Message } from '../shared/chat'
import { Answer } from './answer'
import { isAsked } from './asked'
import { useStickToEnd } from './use-stick-to-end'

export interface ConversationProps {
  readonly client: StreamClient
  readonly messages: readonly Message[]
  /** Whether answers may be driven here. */
  readonly canDrive: boolean
  /** Shown while there is no message. */
  readonly children: ReactNode
}

/** The questions and answers of a conversation, oldest first, with the end kept in sight. */
export function Conversation({ client, messages, canDrive, children }: ConversationProps) {
  const { ref, isAway, goToEnd } = useStickToEnd()
  return (
    <div className="conversation">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="scroller" ref={messages.length > 0 ? ref : null} tabIndex={0} aria-label="Conversation">
        <div className="messages">
          {messages.length === 0
            ? children
            : messages.map((message) => (
                <Answer
                  key={message.streamId}
                  client={client}
                  message={message}
                  isAsked={canDrive && isAsked(message.streamId)}
                  canStart={canDrive}
                />
              ))}
        </div>
      </section>
      {isAway && (
        <button type="button" className="to-end" onClick={goToEnd}>
          Latest <span aria-hidden="true">↓</span>
        </button>
      )}
    </div>
  )
}
