import { exampleQuestions } from '../../../shared/example-questions'
import type { PaneProps } from '../pane-view'
import { words } from '../shared/words'

export interface EmptyStateProps extends Pick<PaneProps, 'kind' | 'isLone' | 'problem' | 'onAsk'> {
  /** It is known that there is nothing to show. */
  readonly isLoaded: boolean
}

/** What a pane without messages shows: what it is for, and questions to begin with. */
export function EmptyState({ kind, isLone, isLoaded, problem, onAsk }: EmptyStateProps) {
  return (
    <div className="scroller">
      <div className="messages">
        {isLone ? (
          <p className="empty-follower">{problem ?? words.looking}</p>
        ) : !isLoaded ? null : kind === 'follower' ? (
          <p className="empty-follower">{words.follow}</p>
        ) : (
          <div className="empty">
            <h3>{words.askTitle}</h3>
            <p>{words.ask}</p>
            <ul className="examples">
              {exampleQuestions.map((question) => (
                <li key={question}>
                  <button type="button" onClick={() => onAsk(question)}>
                    {question}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </div>
  )
}
