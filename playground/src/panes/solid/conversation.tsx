/** @jsxImportSource solid-js */
import { createComputed, createSignal, For, onCleanup, onMount, Show } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'
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
export function Conversation(props: ConversationProps) {
  const [isAway, setIsAway] = createSignal(false)
  let scroller: HTMLElement | undefined
  onMount(() => {
    if (scroller !== undefined) onCleanup(stickToEnd(scroller, setIsAway))
  })

  // Each update brings new objects for the same messages. The store updates its own objects instead.
  const [messages, setMessages] = createStore<PaneMessage[]>([])
  createComputed(() => setMessages(reconcile(props.messages.map(copy), { key: 'streamId' })))

  return (
    <>
      <section class="scroller" ref={scroller} tabindex={0} aria-label="Conversation">
        <div class="messages">
          <For each={messages}>
            {(message) => (
              <AnswerBoundary question={message.question}>
                <Answer message={message} canBegin={props.canBegin} />
              </AnswerBoundary>
            )}
          </For>
        </div>
      </section>
      <Show when={isAway()}>
        <button type="button" class="to-end" onClick={() => scroller && goToEnd(scroller)}>
          Latest <span aria-hidden="true">↓</span>
        </button>
      </Show>
    </>
  )
}

function copy(message: PaneMessage): PaneMessage {
  return { ...message }
}
