import { useState } from 'react'

export interface StopButtonProps {
  readonly onStop: () => Promise<void>
}

/** Asks the server to stop what is being written. Works from every page that shows it. */
export function StopButton({ onStop }: StopButtonProps) {
  const [isStopping, setIsStopping] = useState(false)
  const stop = async () => {
    setIsStopping(true)
    await onStop().catch(() => {}) // the stream shows what is wrong, and the button can be pressed again
    setIsStopping(false)
  }
  return (
    <button type="button" className="stop" disabled={isStopping} onClick={stop}>
      <span aria-hidden="true" className="stop-mark" /> {isStopping ? 'Stopping' : 'Stop'}
    </button>
  )
}
