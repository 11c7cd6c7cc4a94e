import { createStreamClient, type FetchLike, fetchLive, fetchSnapshot } from '@keepstream/core'
import { expect } from 'vitest'
import { pass } from '../support/fake-time'
import type { Scenarios } from './scenario'

/** Environments that offer less than a browser. */
export const environments = {
  'fetch-without-body-streams': {
    title: 'polls the snapshot where fetch has no body streams',
    async run({ server, mount, happens }) {
      const fetch = withoutBodyStream(server.fetch)
      const url = ({ id }: { id: string }) => `/streams/${id}`
      const client = createStreamClient({
        live: fetchLive({ url: (request) => `${url(request)}/drive`, fetch }),
        snapshot: fetchSnapshot({ url, fetch }),
      })
      const page = mount({ client, id: 'a', start: true })
      const stream = server.stream('a')
      await happens()
      expect(stream.runs).toBe(1)
      // The drive response arrives whole or not at all. The server cuts this one.
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
  // Known limit: keepstream() reads only events. Here they arrive all at once, with the whole response.
  'fetch-without-body-streams-of-keepstream': {
    title:
      'shows the text once the whole response has arrived, where fetch has no body streams and no snapshot to poll',
    async run({ server, open, mount, happens }) {
      const page = mount({ client: open({ fetch: withoutBodyStream(server.fetch) }), id: 'a', start: true })
      await happens()
      await happens(() => server.stream('a').write('Whole.'))
      await happens(() => server.stream('a').close())
      await happens(() => pass(30_000))
      expect(page.last).toMatchObject({ text: 'Whole.', status: 'done' })
    },
  },
} satisfies Scenarios

/** A fetch like React Native's: it resolves when the whole body has arrived, and offers no stream of it. */
function withoutBodyStream(fetch: FetchLike): FetchLike {
  return async (url, init) => {
    const response = await fetch(url, init)
    const text = await response.text()
    return Object.defineProperty(new Response(text, response), 'body', { value: undefined })
  }
}
