import { exampleQuestions } from '../../../shared/example-questions'
import type { PaneProps } from '../pane-view'
import { words } from '../shared/words'

export interface EmptyStateProps extends Pick<PaneProps, 'kind' | 'isLone' | 'problem' | 'onAsk'> {
  /** Loading has ended, and there is nothing to show. */
  readonly isLoaded: boolean
}

/** The content of a pane without messages: its purpose, and example questions. */
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
