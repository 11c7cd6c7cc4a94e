import { exampleQuestions } from '../shared/example-questions'

export interface EmptyStateProps {
  readonly onAsk: (prompt: string) => Promise<boolean>
}

/** What a new conversation shows: what this is, and questions to begin with. */
export function EmptyState({ onAsk }: EmptyStateProps) {
  return (
    <div className="empty">
      <h3>Ask the documentation</h3>
      <p>
        Answers are found in this project’s own pages and written at the pace of a language model. Reload, close the lid
        or open another tab while one is being written: it goes on, and nothing is lost.
      </p>
      <ul className="examples">
        {exampleQuestions.map((question) => (
          <li key={question}>
            <button type="button" onClick={() => void onAsk(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
