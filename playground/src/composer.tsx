import { type KeyboardEvent, type SubmitEvent, useLayoutEffect, useRef, useState } from 'react'
import { maxPromptLength } from '../shared/prompt-limit'
import { StopButton } from './stop-button'

export interface ComposerProps {
  /** An answer is being written: it can be stopped, and the next question waits. */
  readonly isRunning: boolean
  readonly problem: string | undefined
  /** Resolves with whether the question was taken. */
  readonly onAsk: (prompt: string) => Promise<boolean>
  readonly onStop: () => Promise<void>
}

/** Where a question is typed. Enter asks, Shift+Enter begins a line. */
export function Composer({ isRunning, problem, onAsk, onStop }: ComposerProps) {
  const [draft, setDraft] = useState('')
  const [isSending, setIsSending] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field grows with what is typed
  useLayoutEffect(() => {
    if (field.current === null) return
    field.current.style.height = 'auto'
    field.current.style.height = `${field.current.scrollHeight}px`
  }, [draft])

  const canSend = !isRunning && !isSending && draft.trim() !== ''
  const send = async () => {
    if (!canSend) return
    setIsSending(true)
    if (await onAsk(draft)) setDraft('')
    setIsSending(false)
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method is composing, Enter belongs to it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    void send()
  }
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault()
    void send()
  }
  return (
    <form className="composer" onSubmit={onSubmit}>
      {problem !== undefined && (
        <p className="note" role="alert" data-error>
          {problem}
        </p>
      )}
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          value={draft}
          maxLength={maxPromptLength}
          aria-label="Your question"
          placeholder="Ask about Keepstream…"
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {isRunning ? (
          <StopButton onStop={onStop} />
        ) : (
          <button type="submit" className="send" disabled={!canSend}>
            Ask
          </button>
        )}
      </div>
    </form>
  )
}
