import { createStreamClient, type FetchLike, keepstream, useStream } from '@keepstream/react'
import { useRef, useState } from 'react'

/** Its token is a prop, and the headers are asked for the latest one. */
export function TokenChat({
  token,
  fetch,
  onText,
}: {
  token: string
  fetch: FetchLike
  onText: (text: string) => void
}) {
  const latest = useRef(token)
  latest.current = token
  const [client] = useState(() =>
    createStreamClient(keepstream({ url: '/streams', headers: () => ({ authorization: latest.current }), fetch })),
  )
  const { text } = useStream(client, 'a', { driven: true })
  onText(text)
  return <output>{text}</output>
}
