import { type StreamClient, useStream } from '@keepstream/react'
import { useState } from 'react'
import { describeStopError } from '../panes/shared/describe-stop-error'

export interface StopStreamProps {
  readonly client: StreamClient
  readonly id: string
}

/** Stops a running answer. It is separate from the other buttons, so that new text renders only this one. */
export function StopStream({ client, id }: StopStreamProps) {
  const { status, stop } = useStream(id, { client })
  const [isStopping, setIsStopping] = useState(false)
  const [failure, setFailure] = useState<string>()
  if (status !== 'pending' && status !== 'streaming') return null
  const onClick = async () => {
    setFailure(undefined)
    setIsStopping(true)
    await stop().catch((error: unknown) => setFailure(describeStopError(error)))
    setIsStopping(false)
  }
  return (
    <>
      <button type="button" title="Stop the answer on the server" disabled={isStopping} onClick={onClick}>
        <svg aria-hidden="true" viewBox="0 0 16 16" className="solid">
          <rect x="4" y="4" width="8" height="8" rx="1.8" />
        </svg>
        {isStopping ? 'Stopping' : 'Stop'}
      </button>
      {failure !== undefined && (
        <p className="note" role="alert" data-error="">
          {failure}
        </p>
      )}
    </>
  )
}
