import { Component, type ReactNode } from 'react'
import { unshown } from '../shared/words'

export interface AnswerBoundaryProps {
  readonly question: string
  readonly children: ReactNode
}

/** Shows a note instead of an answer that cannot be rendered, so that the rest of the conversation stays. */
export class AnswerBoundary extends Component<AnswerBoundaryProps, { readonly isFailed: boolean }> {
  override state = { isFailed: false }

  static getDerivedStateFromError() {
    return { isFailed: true }
  }

  override render() {
    const { question, children } = this.props
    if (!this.state.isFailed) return children
    return (
      <article className="exchange" aria-label={question}>
        <p className="question">{question}</p>
        <div className="answer">
          <p className="note" data-error="">
            {unshown}
          </p>
        </div>
      </article>
    )
  }
}
