import { useStream } from '@keepstream/react'
import { type KeyboardEvent, type SubmitEvent, useLayoutEffect, useRef, useState } from 'react'
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
export function Composer({ last, problem, onAsk }: ComposerProps) {
  const { status, stop } = useStream(last?.streamId, { start: last?.isDriven })
  const [prompt, setPrompt] = useState(draft.text)
  const [isSending, setIsSending] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field grows with what is typed
  useLayoutEffect(() => {
    if (field.current !== null) growField(field.current)
  }, [prompt])

  const isWriting = last !== undefined && isRunning(status)
  const canSend = !isWriting && !isSending && prompt.trim() !== ''

  const write = (text: string) => {
    draft.text = text
    setPrompt(text)
  }
  const send = async () => {
    if (!canSend) return
    setIsSending(true)
    if (await onAsk(prompt)) setPrompt(clearSent(prompt))
    setIsSending(false)
    field.current?.focus()
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void send()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isSendKey(event.nativeEvent)) return
    event.preventDefault()
    void send()
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      {problem !== undefined && (
        <p className="note" role="alert" data-error="">
          {problem}
        </p>
      )}
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={prompt}
          maxLength={maxPromptLength}
          aria-label="Your question"
          placeholder="Ask about Keepstream…"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {isWriting ? (
          <StopButton onStop={stop} />
        ) : (
          <button type="submit" className="send" disabled={!canSend}>
            Ask
          </button>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {last === undefined ? '' : `The answer is ${status}.`}
      </p>
    </form>
  )
}
