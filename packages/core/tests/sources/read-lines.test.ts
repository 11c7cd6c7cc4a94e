import { createStreamClient, type DecodedEvent, fetchLive, type SseEvent } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { createLineReader } from '../../src/sources/http/read-lines'
import { bodyOf, fakeFetch, openBody } from '../support/fake-fetch'
import { fakeTail } from '../support/fake-source'
import { record } from '../support/recorder'

const decode = ({ data }: SseEvent): DecodedEvent => JSON.parse(data)

const read = (parts: readonly string[], type = 'application/x-ndjson') =>
  record(fetchLive({ url: '/', fetch: fakeFetch(() => bodyOf(parts, type)), decode }))

describe('fetchLive, reading newline-delimited JSON', () => {
  it.each(['application/x-ndjson', 'application/ndjson; charset=utf-8', 'application/jsonl', 'application/json-lines'])(
    'reads each line of %s as the data of an event',
    async (type) => {
      const { text, ends } = await read(['{"text":"Hel"}\n{"te', 'xt":"lo"}\r\n\n{"end":true}\n'], type)
      expect([text, ends]).toEqual(['Hello', [{ end: 5, status: 'done' }]])
    },
  )

  it('asks for it beside events if there is a `decode`', async () => {
    const fetch = fakeFetch(() => bodyOf([], 'text/event-stream'))
    await record(fetchLive({ url: '/', fetch, decode }))
    await record(fetchLive({ url: '/', fetch }))
    expect(fetch.requests.map(({ headers }) => headers.get('accept'))).toEqual([
      'text/event-stream, application/x-ndjson;q=0.9, text/plain;q=0.9',
      'text/event-stream, text/plain;q=0.9',
    ])
  })

  it('refuses it without a `decode`, and refuses JSON with one', async () => {
    const { error } = await record(fetchLive({ url: '/', fetch: fakeFetch(() => bodyOf([], 'application/x-ndjson')) }))
    expect(error).toMatchObject({ code: 'server', message: expect.stringContaining('application/x-ndjson') })
    expect((await read(['{"text":"Hel"}'], 'application/json')).error).toMatchObject({ code: 'server' })
  })

  it('reads a last line without its line end only if the body ended by itself and the line is whole', async () => {
    expect((await read(['{"text":"Hel"}\n{"text":"lo"}'])).text).toBe('Hello')
    expect((await read(['{"text":"Hel"}\n{"text":"lo"'])).text).toBe('Hel')
    const body = openBody('application/x-ndjson')
    body.send('{"text":"Hel"}\n{"text":"lo"}')
    const reading = record(fetchLive({ url: '/', fetch: fakeFetch(() => body.response), decode }))
    await new Promise((resolve) => setTimeout(resolve))
    body.cut()
    expect((await reading).text).toBe('Hel')
  })

  it('reads a long line in many parts in linear time', () => {
    // In quadratic time this would take minutes.
    let line = ''
    const take = ({ data }: SseEvent) => {
      line = data
    }
    const reader = createLineReader(take, take)
    for (let part = 0; part < 200_000; part++) reader.push('twenty characters...')
    reader.push('\n')
    expect(line).toHaveLength(4_000_000)
  })

  it('refuses a line of more than 8 Mi characters', async () => {
    const { error } = await read(Array.from({ length: 9 }, () => 'x'.repeat(1024 * 1024)))
    expect(error).toMatchObject({ code: 'server', message: expect.stringContaining('8388608') })
  })
})

describe('the end marker of a decoder', () => {
  const marked = (endMarker: 'done' | 'finish-reason' | 'event' | undefined, body: string) =>
    record(
      fetchLive({
        url: '/',
        fetch: fakeFetch(() => bodyOf([body], 'application/x-ndjson')),
        decode: Object.assign((event: SseEvent) => decode(event), { endMarker }),
      }),
    )
  const reason = '{"finishReason":"stop"}\n'
  const text = '{"text":"Hel"}\n'
  const last = '{"text":"lo","finishReason":"stop"}\n'
  const ended = [{ status: 'done', finishReason: 'stop' }]

  it.each([
    [undefined, '[DONE]', [{ status: 'done' }]],
    [undefined, reason, []],
    [undefined, `${reason}[DONE]`, ended],
    ['done', '[DONE]', []],
    ['done', reason, []],
    ['done', `${reason}[DONE]`, ended],
    ['done', `${last}[DONE]`, ended],
    ['finish-reason', '[DONE]', []],
    ['finish-reason', reason, ended],
    ['finish-reason', `${reason}{}\n`, ended],
    ['finish-reason', `${reason}${text}`, []],
    ['finish-reason', last, []],
    ['finish-reason', `${last}[DONE]`, ended],
    ['finish-reason', `${reason}{"error":"late"}\n`, [{ status: 'error', error: 'late', finishReason: 'stop' }]],
    ['event', reason, []],
    ['event', `${reason}[DONE]`, []],
    ['event', `${reason}{"end":true}`, ended],
    ['event', `${reason}{"end":true}\n{"text":"no"}\n{"end":"error"}\n`, ended],
  ] as const)('%s: %j', async (endMarker, body, expected) => {
    const read = await marked(endMarker, `${text}${body}`)
    expect(read.ends).toMatchObject(expected)
    expect(read.ends).toHaveLength(expected.length)
    expect(read.text).not.toContain('no')
  })

  it('lets a client read the status from the store where it is missing', async () => {
    const fetch = fakeFetch(() => bodyOf([`${text}[DONE]\n`], 'application/x-ndjson'))
    const snapshot = fakeTail()
    const live = fetchLive({ url: '/', fetch, decode: Object.assign(decode, { endMarker: 'done' as const }) })
    const stream = createStreamClient({ live, snapshot }).stream('a')
    const detach = stream.attach({ start: true })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(stream.$state.get()).toMatchObject({ text: 'Hel', status: 'streaming' })
    detach()
  })
})
