/** @jsxImportSource solid-js */
import { createSignal, Show } from 'solid-js'
import { describeStopError } from '../shared/describe-stop-error'

export interface StopButtonProps {
  readonly onStop: () => Promise<void>
}

/** Stops a running answer on the server. It works from every page that shows it. */
export function StopButton(props: StopButtonProps) {
  const [isStopping, setIsStopping] = createSignal(false)
  const [failure, setFailure] = createSignal<string>()
  const stop = async () => {
    setFailure(undefined)
    setIsStopping(true)
    await props.onStop().catch((error: unknown) => setFailure(describeStopError(error)))
    setIsStopping(false)
  }
  return (
    <>
      <Show when={failure()}>
        <p class="note" role="alert" data-error="">
          {failure()}
        </p>
      </Show>
      <button type="button" class="stop" disabled={isStopping()} onClick={stop}>
        <span aria-hidden="true" class="stop-mark" /> {isStopping() ? 'Stopping' : 'Stop'}
      </button>
    </>
  )
}
