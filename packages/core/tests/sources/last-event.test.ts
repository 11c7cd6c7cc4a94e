import { fetchLive, keepstream, type SseEvent } from '@keepstream/core'
import { describe, expect, it } from 'vitest'
import { bodyOf, fakeFetch, openBody } from '../support/fake-fetch'
import { record, requestFor } from '../support/recorder'
import { SSE, wire } from '../support/wire'

function decode({ event, data }: SseEvent) {
  if (event === 'end') return { end: true }
  const value = JSON.parse(data)
  return { text: value.text, end: value.end }
}

const dialect = (body: string, own: typeof decode | ((event: SseEvent) => string) = decode) =>
  record(fetchLive({ url: '/', fetch: fakeFetch(() => bodyOf([body], SSE)), decode: own }))

const first = 'data: {"text":"Hel"}\n\n'
const outcome = async (body: string) => {
  const { text, ends, error } = await dialect(body)
  return [text, ends.map(({ status }) => status), error]
}

describe('the last event of another dialect, in a body that ended by itself', () => {
  it.each([
    ['a blank line', 'data: [DONE]\n\n'],
    ['no blank line', 'data: [DONE]\n'],
    ['no line end', 'data: [DONE]'],
    ['CR alone', 'data: [DONE]\r\r'],
    ['one CR', 'data: [DONE]\r'],
    ['CR LF', 'data: [DONE]\r\n\r\n'],
    ['one CR LF', 'data: [DONE]\r\n'],
    ['a trailing space', 'data: [DONE] \n\n'],
    ['a trailing space and no line end', 'data: [DONE] '],
    ['no space before it', 'data:[DONE]'],
    ['empty data, by its name', 'event: end\ndata:\n\n'],
    ['empty data and no colon', 'event: end\ndata\n\n'],
    ['empty data and CR alone', 'event: end\rdata:\r\r'],
    ['JSON that says so', 'data: {"end":true}'],
    ['JSON over two lines', 'data: {"end":\ndata: true}\n'],
  ])('is an end with %s', async (_, last) => {
    expect(await outcome(first + last)).toEqual(['Hel', ['done'], undefined])
  })

  it('is text, and an end, where it is whole JSON', async () => {
    expect(await outcome(`${first}data: {"text":"lo"}`)).toEqual(['Hello', [], undefined])
    expect(await outcome(`${first}data: {"text":"lo","end":true}\n`)).toEqual(['Hello', ['done'], undefined])
  })

  it.each([
    'data: {"text":"lo',
    'data: {"text":"lo"',
    'data: {"end":true',
    'data: [DON',
    'data: [DONE',
    'data: 5',
    'data: null',
    'data: "lo"',
    'data: true',
    'data:',
    'data',
    'data:\n',
    'event: end\ndata:',
    'event: end\ndata: ',
    'event: end\n',
    'event: end',
    ': data: [DONE]',
    'dat',
    '\uFEFF',
  ])('is nothing where it may have been cut: %j', async (last) => {
    expect(await outcome(first + last)).toEqual(['Hel', [], undefined])
  })

  it('is nothing where its data is plain text, of which a cut leaves plain text', async () => {
    const { text, ends } = await dialect('data: Hello\n\ndata: wor', ({ data }) => data)
    expect([text, ends]).toEqual(['Hello', []])
  })

  it('is nothing, wherever the body is cut, but what was whole (P4)', async () => {
    const body =
      'data: {"text":"Hel"}\n\nevent: message\ndata: {"text":\ndata: "lo"}\n\nevent: end\ndata: {"end":true}\n\n'
    for (let cut = 0; cut <= body.length; cut++) {
      const { text, ends, error } = await dialect(body.slice(0, cut))
      expect('Hello'.startsWith(text)).toBe(true)
      expect(['', 'Hel', 'Hello']).toContain(text)
      expect(error).toBeUndefined()
      // The data of the last event is whole, or it is not.
      expect(ends).toHaveLength(cut >= body.length - 2 ? 1 : 0)
    }
  })

  it('is nothing where the connection broke', async () => {
    const body = openBody(SSE)
    body.send(`${first}data: [DONE]`)
    const reading = record(fetchLive({ url: '/', fetch: fakeFetch(() => body.response), decode }))
    await new Promise((resolve) => setTimeout(resolve))
    body.cut()
    const { text, ends, error } = await reading
    expect([text, ends, (error as Error).message]).toEqual(['Hel', [], 'terminated'])
  })
})

describe('the last event of a Keepstream server, which always sends the blank line', () => {
  const whole = `${wire.grows(0)}${wire.text(5, 'Hello')}${wire.end(5)}`

  it('is nothing without it, also where the body ended by itself', async () => {
    for (let cut = 0; cut < whole.length; cut++) {
      const fetch = fakeFetch(() => bodyOf([whole.slice(0, cut)], SSE))
      const { ends } = await record(keepstream({ url: '/', fetch }).live)
      expect(ends).toEqual([])
      const statuses: string[] = []
      await keepstream({ url: '/', fetch }).snapshot.open(requestFor(), {
        next: ({ status }) => statuses.push(status),
        alive() {},
      })
      expect(statuses).not.toContain('done')
    }
    const { text, ends } = await record(keepstream({ url: '/', fetch: fakeFetch(() => bodyOf([whole], SSE)) }).live)
    expect([text, ends.length]).toEqual(['Hello', 1])
  })
})
