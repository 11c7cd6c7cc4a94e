/** @jsxImportSource solid-js */
import { useStream } from '@keepstream/solid'
import { createEffect, createSignal, Show } from 'solid-js'
import { maxPromptLength } from '../../../shared/prompt-limit'
import type { PaneMessage, PaneProps } from '../pane-view'
import { isRunning } from '../shared/answer-facts'
import { clearSent, draft } from '../shared/draft'
import { growField } from '../shared/grow-field'
import { isSendKey } from '../shared/is-send-key'
import { StopButton } from './stop-button'

export interface ComposerProps extends Pick<PaneProps, 'problem' | 'onAsk'> {
  /** While its answer is being written, it can be stopped, and the next question cannot be sent. */
  readonly last: PaneMessage | undefined
}

/** The form to ask a question. */
export function Composer(props: ComposerProps) {
  const stream = useStream(
    () => props.last?.streamId,
    () => ({ start: props.last?.isDriven }),
  )
  const [prompt, setPrompt] = createSignal(draft.text)
  const [isSending, setIsSending] = createSignal(false)
  let field: HTMLTextAreaElement | undefined

  createEffect(() => {
    draft.text = prompt()
    if (field !== undefined) growField(field)
  })

  const isWriting = () => props.last !== undefined && isRunning(stream.status)
  const canSend = () => !isWriting() && !isSending() && prompt().trim() !== ''

  const send = async () => {
    if (!canSend()) return
    setIsSending(true)
    const sent = prompt()
    if (await props.onAsk(sent)) setPrompt(clearSent(sent))
    setIsSending(false)
    field?.focus()
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void send()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isSendKey(event)) return
    event.preventDefault()
    void send()
  }

  return (
    <form class="composer" onSubmit={onSubmit}>
      <Show when={props.problem}>
        <p class="note" role="alert" data-error="">
          {props.problem}
        </p>
      </Show>
      <div class="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={prompt()}
          maxlength={maxPromptLength}
          aria-label="Your question"
          placeholder="Ask about Keepstream…"
          onInput={(event) => setPrompt(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <Show
          when={isWriting()}
          fallback={
            <button type="submit" class="send" disabled={!canSend()}>
              Ask
            </button>
          }
        >
          <StopButton onStop={stream.stop} />
        </Show>
      </div>
      <p class="visually-hidden" role="status">
        {props.last === undefined ? '' : `The answer is ${stream.status}.`}
      </p>
    </form>
  )
}
