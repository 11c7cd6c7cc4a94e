import { createStreamClient, type FetchLike, fetchLive, fetchSnapshot, keepstream } from '@keepstream/react'
import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeServer, type FakeServer } from './support/fake-server'
import { pass, stopTime } from './support/fake-time'
import { happens, modes, watchStream } from './support/watch-stream'

let server: FakeServer

stopTime()
beforeEach(() => {
  server = createFakeServer()
})
afterEach(cleanup)

/** As React Native's: it answers when the body has come whole, and has no stream of it. */
const bodyless: FetchLike = async (url, init) => {
  const response = await server.fetch(url, init)
  const text = await response.text()
  return Object.defineProperty(new Response(text, response), 'body', { value: undefined })
}

describe.each(modes)('in an environment whose fetch has no body streams, $mode', ({ Mode }) => {
  it('is carried by looks at the snapshot', async () => {
    const url = ({ id }: { id: string }) => `/streams/${id}`
    const client = createStreamClient({
      live: fetchLive({ url: (request) => `${url(request)}/drive`, fetch: bodyless }),
      snapshot: fetchSnapshot({ url, fetch: bodyless }),
    })
    const page = watchStream({ client, id: 'a', driven: true }, Mode)
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
  })

  // A gap that is known: keepstream() reads events alone, of which such an environment has none.
  it('keepstream() shows the text once the answer has come whole', async () => {
    const client = createStreamClient(keepstream({ url: '/streams', fetch: bodyless }))
    const page = watchStream({ client, id: 'a', driven: true }, Mode)
    await happens()
    await happens(() => server.stream('a').write('Whole.'))
    await happens(() => server.stream('a').close())
    await happens(() => pass(30_000))
    expect(page.last).toMatchObject({ text: 'Whole.', status: 'done' })
  })
})
