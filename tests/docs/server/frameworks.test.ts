import { join } from 'node:path'
import { createStreamClient, createStreamId, isTerminal, keepstream, type StreamState } from '@keepstream/core'
import { createStreams, type Handler, type Streams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { extractExamples } from '../../gates/extract-examples.mjs'

const folder = join(import.meta.dirname, '../../.output/frameworks-examples')
const load = (name: string) => import(/* @vite-ignore */ join(folder, 'react/docs-frameworks', name))

let streams: Streams
beforeAll(() => extractExamples(folder))
beforeEach(() => {
  streams = createStreams({ store: memoryStore(), drainMs: 0 })
})
afterEach(() => streams.close())

const clientOf = (handle: Handler, user: string) =>
  createStreamClient(
    keepstream({
      url: 'http://server.test/streams',
      headers: { 'x-user': user },
      fetch: (url, init) => handle(new Request(url, init)),
    }),
  )

describe('the examples of docs/frameworks.md', () => {
  it('ask in one request, and keep the answer from other users', async () => {
    const handle: Handler = (await load('one-request-server.ts')).createHandle(streams)
    const id = createStreamId()
    const read = (user: string) =>
      new Promise<StreamState>((resolve) => {
        const start = { create: true, body: { prompt: 'Why?' } }
        const show = (state: StreamState) => {
          if (isTerminal(state.status) || state.connection === 'failed') resolve(state)
        }
        clientOf(handle, user).stream(id).subscribe(show, { start })
      })
    expect(await read('ada')).toMatchObject({ text: 'You asked: Why?', status: 'done' })
    expect(await read('eve')).toMatchObject({ text: '', error: { code: 'not-found' } })
  })

  it('name a stream by the id of a message, once', async () => {
    const { answerTo } = await load('own-id.ts')
    expect(await answerTo(streams, 'message-1', 'ada')).toEqual({ id: 'message-1', isNew: true })
    expect(await answerTo(streams, 'message-1', 'ada')).toEqual({ id: 'message-1', isNew: false })
    await expect(answerTo(streams, 'message-1', 'eve')).rejects.toMatchObject({ code: 'exists' })
  })

  it('list the answers that run, and only those of the user who asks', async () => {
    const { begin, running, createHandle } = await load('lists.ts')
    const [one, two] = [await begin(streams, 'ada', 'chat'), await begin(streams, 'ada', 'chat')]
    await begin(streams, 'eve', 'chat')
    await streams.start(one, () => new Promise(() => {}))
    expect((await running(streams, 'ada')).streams).toMatchObject([{ id: one, status: 'streaming' }])
    const handle: Handler = createHandle(streams)
    const get = (headers: HeadersInit) => handle(new Request('http://server.test/streams?group=chat', { headers }))
    const { streams: listed } = await (await get({ 'x-user': 'ada' })).json()
    expect(listed.map(({ id }: { id: string }) => id).sort()).toEqual([one, two].sort())
    expect((await get({})).status).toBe(404)
  })
})
