/** @jsxImportSource solid-js */
import { ErrorBoundary, type JSX } from 'solid-js'
import { unshown } from '../shared/words'

export interface AnswerBoundaryProps {
  readonly question: string
  readonly children: JSX.Element
}

/** Shows a note instead of an answer that cannot be rendered, so that the rest of the conversation stays. */
export function AnswerBoundary(props: AnswerBoundaryProps) {
  return (
    <ErrorBoundary
      fallback={(error) => {
        console.error(error)
        return (
          <article class="exchange" aria-label={props.question}>
            <p class="question">{props.question}</p>
            <div class="answer">
              <p class="note" data-error="">
                {unshown}
              </p>
            </div>
          </article>
        )
      }}
    >
      {props.children}
    </ErrorBoundary>
  )
}
