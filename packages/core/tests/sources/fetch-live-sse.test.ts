import { createStreamClient, type DecodedEvent, fetchLive, type SseEvent } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, openBody } from '../support/fake-fetch'
import { fakeTail } from '../support/fake-source'
import { settle, useFakeTime } from '../support/fake-time'
import { record } from '../support/recorder'
import { shown } from '../support/setup'
import { SSE, wire } from '../support/wire'

useFakeTime()

const encode = (text: string) => new TextEncoder().encode(text)

const answering = (
  parts: readonly (string | Uint8Array)[],
  decode?: (event: SseEvent) => string | DecodedEvent | undefined,
) => fetchLive({ url: '/drive', fetch: fakeFetch(() => bodyOf(parts, SSE)), ...(decode && { decode }) })

/** Chat completions, as many backends send them. */
function decodeCompletion({ event, data }: SseEvent) {
  if (event === 'error') return { error: data }
  return JSON.parse(data).choices[0]?.delta.content as string | undefined
}

const completion = (content?: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`

describe('fetchLive, reading the events of another dialect', () => {
  it('passes on the text that decode returns, and [DONE] as the end', async () => {
    const parts = [completion(), completion('Hel'), completion('lo'), completion(''), 'data: [DONE]\n\n']
    const { chunks, ends } = await record(answering(parts, decodeCompletion))
    expect(chunks).toEqual([
      { offset: 0, text: 'Hel' },
      { offset: 3, text: 'lo' },
    ])
    expect(ends).toEqual([{ end: 5, status: 'done' }])
  })

  it('is exact for a body cut between any two bytes', async () => {
    const text = '\uFEFFé😀\r\n\u0000data: x\n\n'
    const bytes = encode([completion(text), completion('!'), 'data: [DONE]\n\n'].join(''))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const recorded = await record(answering([bytes.slice(0, cut), bytes.slice(cut)], decodeCompletion))
      expect(recorded.text).toBe(`${text}!`)
      expect(recorded.ends).toEqual([{ end: text.length + 1, status: 'done' }])
    }
  })

  it('reports no end when the body just stops (P4)', async () => {
    const { text, ends, error } = await record(answering([completion('Hel')], decodeCompletion))
    expect([text, ends, error]).toEqual(['Hel', [], undefined])
  })

  it('takes an error that decode finds for the end, with its word', async () => {
    const { ends } = await record(
      answering([completion('Hel'), 'event: error\ndata: overloaded\n\n'], decodeCompletion),
    )
    expect(ends).toEqual([{ end: 3, status: 'error', error: 'overloaded' }])
  })

  it('takes text and end from one event, and any terminal status', async () => {
    const { chunks, ends } = await record(answering(['data: all\n\n'], ({ data }) => ({ text: data, end: 'stopped' })))
    expect(chunks).toEqual([{ offset: 0, text: 'all' }])
    expect(ends).toEqual([{ end: 3, status: 'stopped' }])
  })

  it('fails when decode throws, and is followed then', async () => {
    const snapshot = fakeTail()
    const client = createStreamClient({
      live: answering([completion('Hel'), 'data: no json\n\n'], decodeCompletion),
      snapshot,
      retry: { minMs: 1, maxMs: 1 },
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hel', status: 'streaming', retrying: { error: { code: 'network' } } })
  })
})

describe("fetchLive, reading Keepstream's own events", () => {
  it('passes on text, offsets, epoch and base, and the explicit end', async () => {
    const { chunks, ends, error } = await record(
      answering([
        wire.status({ status: 'pending', offset: 0, epoch: 2, base: 0, upToDate: false }),
        wire.keepAlive,
        wire.text(3, 'Hel', 2),
        wire.status({ status: 'streaming', offset: 3, epoch: 2, base: 0, upToDate: true }),
        wire.text(5, 'lo', 2),
        wire.end(5, 'done', undefined, 2),
      ]),
    )
    expect(error).toBeUndefined()
    expect(chunks.filter(({ text }) => text)).toMatchObject([
      { offset: 0, text: 'Hel', origin: { epoch: 2, base: 0 } },
      { offset: 3, text: 'lo', origin: { epoch: 2, base: 0 } },
    ])
    expect(ends).toMatchObject([{ end: 5, status: 'done' }])
  })

  it('is exact for every text, cut between any two bytes', async () => {
    const text = '\uFEFFé😀\r\n\r\u0000\n\nevent: end\nid: 1.3\ndata: {"status":"done"}\n\n'
    const bytes = encode(
      wire.status({ status: 'streaming', epoch: 1, base: 0 }) + wire.text(text.length, text) + wire.end(text.length),
    )
    for (let cut = 0; cut <= bytes.length; cut++) {
      const recorded = await record(answering([bytes.slice(0, cut), bytes.slice(cut)]))
      expect(recorded.text).toBe(text)
      expect(recorded.ends).toMatchObject([{ end: text.length, status: 'done' }])
    }
  })

  it('takes a terminal status for the end only with the explicit end (P4)', async () => {
    const { ends } = await record(
      answering([wire.status({ status: 'done', offset: 5, epoch: 1, base: 0 }), wire.text(2, 'He')]),
    )
    expect(ends).toEqual([])
  })

  it('reports how a stream failed', async () => {
    const { ends } = await record(answering([wire.text(2, 'He'), wire.end(2, 'error', 'the model is busy')]))
    expect(ends).toMatchObject([{ end: 2, status: 'error', error: 'the model is busy' }])
  })

  it('fails for events that are not its own', async () => {
    const { text, error } = await record(answering(['data: {no json\n\n']))
    expect(text).toBe('')
    expect(error).toMatchObject({ code: 'server' })
  })
})

describe('an SSE connection', () => {
  it('counts every byte as a sign of life, keep-alives too', async () => {
    const body = openBody(SSE)
    let alive = 0
    const live = fetchLive({ url: '/drive', fetch: fakeFetch(() => body.response) })
    const reading = live.open(
      { id: 'a', offset: 0, signal: new AbortController().signal },
      { chunk: () => {}, end: () => {}, alive: () => alive++ },
    )
    await settle()
    for (let beat = 0; beat < 3; beat++) {
      const before = alive
      body.send(wire.keepAlive)
      await settle()
      expect(alive).toBe(before + 1)
    }
    body.close()
    await reading
  })

  it('fails at an event that never ends, instead of growing, and cancels the body', async () => {
    const body = openBody(SSE)
    const MEBI = 1024 * 1024
    body.send('data: ')
    for (let part = 0; part < 10; part++) body.send(new Uint8Array(MEBI).fill(120))
    const { chunks, error } = await record(fetchLive({ url: '/drive', fetch: fakeFetch(() => body.response) }))
    expect(chunks).toEqual([])
    expect(error).toMatchObject({ name: 'StreamError', code: 'server' })
    expect((error as Error).message).toMatch(/event is (too large|larger)/)
    await settle()
    expect(body.isCancelled).toBe(true)
  })

  it('reads an event of one whole catch-up response', async () => {
    const text = '\u0001'.repeat(1024 * 1024)
    const { chunks, error } = await record(answering([wire.text(text.length, text)]))
    expect(error).toBeUndefined()
    expect(chunks.map(({ offset, text }) => [offset, text.length])).toEqual([[0, text.length]])
    expect(chunks[0]?.text === text).toBe(true)
  })
})
