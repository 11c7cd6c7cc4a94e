import { useState } from 'react'
import { describeStopError } from '../shared/describe-stop-error'

export interface StopButtonProps {
  readonly onStop: () => Promise<void>
}

/** Stops a running answer on the server. It works from every page that shows it. */
export function StopButton({ onStop }: StopButtonProps) {
  const [isStopping, setIsStopping] = useState(false)
  const [failure, setFailure] = useState<string>()
  const stop = async () => {
    setFailure(undefined)
    setIsStopping(true)
    await onStop().catch((error: unknown) => setFailure(describeStopError(error)))
    setIsStopping(false)
  }
  return (
    <>
      {failure !== undefined && (
        <p className="note" role="alert" data-error="">
          {failure}
        </p>
      )}
      <button type="button" className="stop" disabled={isStopping} onClick={stop}>
        <span aria-hidden="true" className="stop-mark" /> {isStopping ? 'Stopping' : 'Stop'}
      </button>
    </>
  )
}
