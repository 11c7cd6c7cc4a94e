import { useStream } from '@keepstream/solid'
import { Show } from 'solid-js'
import { letters } from '../letters'
import type { ReplyProps } from '../page-types'

export function Reply(props: ReplyProps) {
  const reply = useStream(
    () => props.id,
    () => ({ start: props.start, initial: props.initial, fold: letters }),
  )
  return (
    <article id={props.name} data-status={reply.status} data-connection={reply.connection} data-value={reply.value}>
      <output>{props.note(props.name, reply)}</output>
      <Show when={reply.status === 'done'}>
        <small>The end.</small>
      </Show>
    </article>
  )
}
