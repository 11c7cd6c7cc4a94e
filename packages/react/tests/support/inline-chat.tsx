import { createStreamClient, type FetchLike, fetchLive, fetchSnapshot, useStream } from '@keepstream/react'
import { useState } from 'react'

/** Everything that may be written inline is. */
export function InlineChat({ question, fetch }: { question: string; fetch: FetchLike }) {
  const [client] = useState(() =>
    createStreamClient({
      live: fetchLive({
        url: ({ id }) => new URL(`/streams/${id}/drive`, 'http://localhost').href,
        headers: () => ({ 'x-question': question }),
        fetch: (url, init) => fetch(url, init),
        canRepeat: true,
      }),
      snapshot: fetchSnapshot({
        url: ({ id }) => new URL(`/streams/${id}`, 'http://localhost').href,
        headers: {},
        fetch: (url, init) => fetch(url, init),
      }),
    }),
  )
  const { text } = useStream(client, 'a', { driven: true, initial: { text: '', status: 'pending' } })
  return <output title={question}>{text}</output>
}
