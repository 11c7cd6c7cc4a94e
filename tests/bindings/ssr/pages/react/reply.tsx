import { useStream } from '@keepstream/react'
import { letters } from '../letters'
import type { ReplyProps } from '../page-types'

export function Reply({ name, id, initial, start, note }: ReplyProps) {
  const reply = useStream(id, { start, initial, fold: letters })
  return (
    <article id={name} data-status={reply.status} data-connection={reply.connection} data-value={reply.value}>
      <output>{note(name, reply)}</output>
      {reply.status === 'done' && <small>The end.</small>}
    </article>
  )
}
