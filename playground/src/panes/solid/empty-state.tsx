/** @jsxImportSource solid-js */
import { For, Match, Switch } from 'solid-js'
import { exampleQuestions } from '../../../shared/example-questions'
import type { PaneProps } from '../pane-view'
import { words } from '../shared/words'

export interface EmptyStateProps extends Pick<PaneProps, 'kind' | 'isLone' | 'problem' | 'onAsk'> {
  /** Loading has ended, and there is nothing to show. */
  readonly isLoaded: boolean
}

/** The content of a pane without messages: its purpose, and example questions. */
export function EmptyState(props: EmptyStateProps) {
  return (
    <div class="scroller">
      <div class="messages">
        <Switch>
          <Match when={props.isLone}>
            <p class="empty-follower">{props.problem ?? words.looking}</p>
          </Match>
          <Match when={props.isLoaded && props.kind === 'follower'}>
            <p class="empty-follower">{words.follow}</p>
          </Match>
          <Match when={props.isLoaded}>
            <div class="empty">
              <h3>{words.askTitle}</h3>
              <p>{words.ask}</p>
              <ul class="examples">
                <For each={exampleQuestions}>
                  {(question) => (
                    <li>
                      <button type="button" onClick={() => props.onAsk(question)}>
                        {question}
                      </button>
                    </li>
                  )}
                </For>
              </ul>
            </div>
          </Match>
        </Switch>
      </div>
    </div>
  )
}
