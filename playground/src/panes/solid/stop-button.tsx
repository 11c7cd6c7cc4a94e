/** @jsxImportSource solid-js */
import { createSignal } from 'solid-js'

export interface StopButtonProps {
  readonly onStop: () => Promise<void>
}

/** Asks the server to stop what is being written. Works from every page that shows it. */
export function StopButton(props: StopButtonProps) {
  const [isStopping, setIsStopping] = createSignal(false)
  const stop = async () => {
    setIsStopping(true)
    await props.onStop().catch(() => {}) // the stream shows what is wrong, and the button can be pressed again
    setIsStopping(false)
  }
  return (
    <button type="button" class="stop" disabled={isStopping()} onClick={stop}>
      <span aria-hidden="true" class="stop-mark" /> {isStopping() ? 'Stopping' : 'Stop'}
    </button>
  )
}
