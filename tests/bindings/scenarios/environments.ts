import { createStreamClient, type FetchLike, fetchLive, fetchSnapshot } from '@keepstream/core'
import { expect } from 'vitest'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Where less is there than in a browser. */
export const environments = {
  'fetch-without-body-streams': {
    title: 'is carried by looks at the snapshot where fetch has no body streams',
    async run({ server, mount, happens }) {
      const fetch = bodyless(server.fetch)
      const url = ({ id }: { id: string }) => `/streams/${id}`
      const client = createStreamClient({
        live: fetchLive({ url: (request) => `${url(request)}/drive`, fetch }),
        snapshot: fetchSnapshot({ url, fetch }),
      })
      const page = mount({ client, id: 'a', driven: true })
      const stream = server.stream('a')
      await happens()
      expect(stream.runs).toBe(1)
      // The answer to the drive comes whole or not at all: this one is cut by the server.
      await happens(() => stream.cut())
      await happens(() => stream.write('A sentence. '))
      await happens(() => pass(5000))
      expect(page.last).toMatchObject({ text: 'A sentence. ', status: 'streaming' })
      await happens(() => stream.write('Another.'))
      await happens(() => stream.close())
      await happens(() => pass(10_000))
      expect(page.last).toMatchObject({ text: 'A sentence. Another.', status: 'done', error: undefined })
      expect(stream.runs).toBe(1)
    },
  },
  // A gap that is known: keepstream() reads events alone, of which such an environment has none.
  'fetch-without-body-streams-of-keepstream': {
    title:
      'shows the text once the answer has come whole where fetch has no body streams and there is no snapshot to look at',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open({ fetch: bodyless(server.fetch) }), id: 'a', driven: true })
      await happens()
      await happens(() => server.stream('a').write('Whole.'))
      await happens(() => server.stream('a').close())
      await happens(() => pass(30_000))
      expect(page.last).toMatchObject({ text: 'Whole.', status: 'done' })
    },
  },
} satisfies Scenarios

/** As React Native's: it answers when the body has come whole, and has no stream of it. */
function bodyless(fetch: FetchLike): FetchLike {
  return async (url, init) => {
    const response = await fetch(url, init)
    const text = await response.text()
    return Object.defineProperty(new Response(text, response), 'body', { value: undefined })
  }
}
