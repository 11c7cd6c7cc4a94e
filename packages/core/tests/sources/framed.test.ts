import { keepstream, SourceError } from '@keepstream/core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createFrameParser } from '../../src/sources/http/parse-framed'
import { bodyOf, fakeFetch, json, openBody } from '../support/fake-fetch'
import { pass, settle, useFakeTime } from '../support/fake-time'
import { checkAsync, nastyText } from '../support/property'
import { record } from '../support/recorder'
import { served } from '../support/served'
import { shown } from '../support/setup'
import { FRAMED, framed, SSE, wire } from '../support/wire'

useFakeTime()

const concat = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))

/** The bytes, cut at these places. */
function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((place, index) => bytes.slice(places[index], place))
}

const driven = (parts: readonly Uint8Array[]) =>
  record(keepstream({ url: '/streams', fetch: fakeFetch(() => bodyOf(parts, FRAMED)) }).live)

/** Texts with what may stand between them, and what the reader has to get. */
const written = fc
  .array(fc.tuple(nastyText(8), fc.constantFrom('nothing', 'mark', 'status', 'a later version')), { maxLength: 12 })
  .map((parts) => {
    let text = ''
    const bytes = [framed.grows(0)]
    for (const [part, between] of parts) {
      text += part
      bytes.push(framed.text(part))
      if (between === 'mark') bytes.push(framed.mark)
      if (between === 'status') bytes.push(framed.grows(text.length, { upToDate: true }))
      if (between === 'a later version') bytes.push(framed.frame({ type: 'poem', position: -1, content: text }))
    }
    return { text, bytes: concat([...bytes, framed.end(text.length)]) }
  })

const cutsOf = fc.array(fc.nat(), { maxLength: 30 })

describe('framed text', () => {
  it('is exact for any text, wherever its bytes are divided', async () => {
    const property = fc.asyncProperty(written, cutsOf, async ({ text, bytes }, cuts) => {
      const recorded = await driven(split(bytes, cuts))
      expect(recorded.error).toBeUndefined()
      expect(recorded.text).toBe(text)
      let end = 0
      for (const chunk of recorded.chunks) {
        expect(chunk.offset).toBe(end)
        end += chunk.text.length
      }
      expect(recorded.ends).toMatchObject([{ end: text.length, status: 'done', epoch: 1 }])
    })
    await checkAsync(property, 200)
  })

  it('reports no end when it is cut anywhere, and only text that was sent (P4)', async () => {
    const property = fc.asyncProperty(written, cutsOf, fc.nat(), async ({ text, bytes }, cuts, at) => {
      const recorded = await driven(split(bytes.slice(0, at % bytes.length), cuts))
      expect(recorded.error).toBeUndefined()
      expect(text.startsWith(recorded.text)).toBe(true)
      expect(recorded.ends).toEqual([])
    })
    await checkAsync(property, 200)
  })

  it('divides what arrives at once where the server has marked the time', async () => {
    const parts = [framed.grows(0), framed.text('a'), framed.mark, framed.text('b'), framed.mark, framed.text('c')]
    const { chunks } = await driven([concat(parts)])
    expect(chunks.map(({ text }) => text).filter(Boolean)).toEqual(['a', 'b', 'c'])
  })

  it.each<[string, Uint8Array[], RegExp]>([
    ['text before any frame', [framed.text('Hi')], /no event of a Keepstream server/],
    ['a frame that is no JSON', [Uint8Array.of(0xff, 0x7b, 0xff)], /no event of a Keepstream server/],
    ['a frame without a position', [framed.frame({ type: 'status', status: 'streaming' })], /no event/],
    ['a frame that is null', [framed.frame(null)], /no event/],
    ['a frame that never ends', [Uint8Array.of(0xff), new Uint8Array(70_000).fill(0x20)], /longer than 65536/],
    ['bytes that are no UTF-8', [Uint8Array.of(0x61, 0xfe, 0x61)], /no UTF-8/],
    ['a text that is too long', [framed.grows(4_194_304), framed.text('!')], /longer than the 4194304/],
  ])('is refused with %s', async (_, parts, words) => {
    const { error, ends } = await driven(parts)
    expect(error).toMatchObject({ code: 'server', message: expect.stringMatching(words) })
    expect(ends).toEqual([])
  })

  const before = [framed.grows(0), framed.text('Hello')]
  // Its first border is lost, so it looks like text, and the text after it like a frame.
  const opened = [framed.grows(5).slice(1), framed.text(', world'), framed.mark]
  it.each<[string, Uint8Array[]]>([
    ['bytes were lost on the way', [...before, framed.text('ld'), framed.end(12)]],
    ['bytes were added on the way', [...before, framed.text('lo, world'), framed.end(12)]],
    ['a border was lost on the way', [...before, ...opened]],
    ['a frame was cut short on the way', [...before, Uint8Array.of(0xff, 0x7b, 0xff)]],
    ['a frame does not end', [...before, Uint8Array.of(0xff), new Uint8Array(70_000).fill(0x20)]],
    ['it is no UTF-8 any more', [...before, Uint8Array.of(0x61, 0xfe, 0x61)]],
    ['a character was lost before a frame', [...before, Uint8Array.of(0xe6, 0xbc), framed.grows(6)]],
    ['a mark is within a character', [...before, Uint8Array.of(0xe6, 0xbc), framed.mark, Uint8Array.of(0xa2)]],
    [
      'it was changed, at a server without epochs',
      [
        framed.frame({ type: 'status', position: 0, status: 'streaming', upToDate: false }),
        framed.text('Hallo'),
        framed.end(4),
      ],
    ],
  ])('is read again from the start, as events, if %s', async (_, parts) => {
    const whole = 'Hello, world'
    const { client, fetch } = served({
      drive: () => bodyOf(parts, FRAMED),
      read: ({ url }) => {
        const offset = Number(new URL(url, 'http://test').searchParams.get('offset'))
        return bodyOf([wire.grows(12), wire.text(12, whole.slice(offset)), wire.end(12)], SSE)
      },
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: whole, status: 'done', isReconciled: true, error: undefined })
    expect(fetch.requests.at(-1)?.headers.get('accept')).toBe(SSE)
  })

  it('reports each frame and each mark once, wherever the bytes are divided', () => {
    const seen: string[] = []
    const parse = createFrameParser({
      text: (text) => seen.push(text),
      frame: (content) => seen.push(JSON.parse(content).type),
      mark: () => seen.push('a mark'),
      alive() {},
      altered: (words) => new SourceError('server', words),
    })
    for (const byte of concat([
      framed.grows(0),
      framed.mark,
      framed.text('a'),
      framed.mark,
      framed.mark,
      framed.end(1),
    ]))
      parse(Uint8Array.of(byte))
    expect(seen).toEqual(['status', 'a mark', 'a', 'a mark', 'a mark', 'end'])
  })

  it('is alive with each frame and each mark, and may have a frame of 65536 characters', async () => {
    const long = framed.text(JSON.stringify({ type: 'poem' }).padEnd(65_536))
    const parts = [framed.grows(0), framed.mark, framed.text('Hello'), concat([Uint8Array.of(0xff), long])]
    const { alive, text, error, ends } = await driven([...parts, Uint8Array.of(0xff), framed.end(5)])
    expect([alive, text, error, ends.length]).toEqual([5, 'Hello', undefined, 1])
  })

  it('that is refused or breaks leaves neither its body nor a timer (P11)', async () => {
    const refused = openBody(FRAMED)
    refused.send(framed.text('Hi'))
    const broken = openBody(FRAMED)
    for (const body of [refused, broken]) {
      const reading = record(keepstream({ url: '/streams', fetch: fakeFetch(() => body.response) }).live)
      await settle(2)
      broken.cut()
      expect((await reading).error).toBeInstanceOf(Error)
      expect(vi.getTimerCount()).toBe(0)
    }
    expect(refused.isCancelled).toBe(true)
  })

  it('is bounded by `maxLength`', async () => {
    const fetch = fakeFetch(() => bodyOf([framed.grows(0), framed.text('Hello')], FRAMED))
    const { error, text } = await record(keepstream({ url: '/streams', fetch, maxLength: 4 }).live)
    expect(error).toMatchObject({ code: 'server', message: expect.stringContaining('`maxLength` (4)') })
    expect(text).toBe('')
  })
})

describe('the events of a Keepstream server', () => {
  it.each(['\n', '\r\n'])(
    'are exact for any text, wherever their bytes are divided, with lines that end in %j',
    async (line) => {
      const property = fc.asyncProperty(fc.array(nastyText(8), { maxLength: 12 }), cutsOf, async (parts, cuts) => {
        const text = parts.join('')
        let end = 0
        const written = parts.map((part) => {
          end += part.length
          return wire.text(end, part) + wire.keepAlive
        })
        const whole = [wire.grows(0), ...written, wire.end(text.length)].join('').replaceAll('\n', line)
        const fetch = fakeFetch(() => bodyOf(split(framed.text(whole), cuts), SSE))
        const recorded = await record(keepstream({ url: '/streams', fetch }).live)
        expect(recorded).toMatchObject({ text, error: undefined, ends: [{ end, status: 'done' }] })
      })
      await checkAsync(property, 150)
    },
  )

  it('need no space after a colon, and may have lines that mean nothing', async () => {
    const whole = [wire.grows(0), wire.text(5, 'Hello'), wire.end(5)].join('').replaceAll(/^(\w+): /gm, 'nothing\n$1:')
    const fetch = fakeFetch(() => bodyOf([whole], SSE))
    const recorded = await record(keepstream({ url: '/streams', fetch }).live)
    expect(recorded).toMatchObject({ text: 'Hello', error: undefined, ends: [{ end: 5, status: 'done' }] })
  })

  it('are bounded, also while an event has not ended', async () => {
    const fetch = fakeFetch(() => bodyOf(['data: "', 'x'.repeat(200_000), 'y'], SSE))
    const { error } = await record(keepstream({ url: '/streams', fetch, maxLength: 10 }).live)
    expect(error).toMatchObject({ code: 'server', message: expect.stringContaining('`maxLength` (10)') })
  })
})

describe('framed text that does not get through', () => {
  const events = () => bodyOf([wire.grows(0), wire.text(5, 'Hello'), wire.end(5)], SSE)
  const wantsFrames = (headers: Headers) => !!headers.get('accept')?.includes(FRAMED)

  it('is replaced by events once nothing of it came for 2 s, for ten minutes', async () => {
    const bodies: ReturnType<typeof openBody>[] = []
    const { client, fetch } = served({
      read: ({ headers, init }) => {
        if (headers.get('accept') === 'application/json')
          return json({ offset: 0, text: '', status: 'streaming', epoch: 1, base: 0 })
        if (!wantsFrames(headers)) return events()
        const body = openBody(FRAMED, { init })
        bodies.push(body)
        return body.response
      },
    })
    const accepts = () => fetch.requests.map(({ headers }) => headers.get('accept'))
    const [first, later, last] = ['a', 'b', 'c'].map((id) => client.stream(id))
    first?.attach()
    await pass(1900)
    expect(accepts()).toHaveLength(1)
    await pass(200)
    expect(shown(first as never)).toMatchObject({ text: 'Hello', status: 'done', error: undefined })
    expect(bodies[0]?.isCancelled).toBe(true)
    expect(accepts()).toEqual([`${FRAMED}, ${SSE};q=0.9`, SSE])
    later?.attach()
    await settle()
    expect(accepts().slice(2)).toEqual([SSE])
    await pass(600_000)
    last?.attach()
    await settle()
    expect(accepts().slice(3)).toEqual([`${FRAMED}, ${SSE};q=0.9`])
  })

  it('is not given up for text that is late', async () => {
    const body = openBody(FRAMED)
    const { client, asked } = served({ read: () => body.response })
    const stream = client.stream('a')
    stream.attach()
    body.send(framed.grows(0, { upToDate: true }))
    await pass(3900)
    body.send(concat([framed.text('Hello'), framed.end(5)]))
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done' })
    expect(asked()).toEqual(['GET /streams/a?offset=0'])
  })

  it('is replaced by events where `fetch` has no body streams', async () => {
    const { client, fetch } = served({
      drive: ({ headers }) => {
        const response = wantsFrames(headers) ? bodyOf([framed.grows(0)], FRAMED) : events()
        return Object.defineProperty(response, 'body', { value: undefined })
      },
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await settle()
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', error: undefined })
    expect(fetch.requests).toHaveLength(2)
  })

  it('is replaced by events after something on the way has written all of it anew', async () => {
    const transcoded = new TextEncoder().encode(new TextDecoder().decode(concat([framed.grows(0), framed.text('He')])))
    const { client } = served({
      drive: () => bodyOf([transcoded], FRAMED),
      read: () => bodyOf([wire.grows(5), wire.text(5, 'Hello'), wire.end(5)], SSE),
    })
    const stream = client.stream('a')
    stream.attach({ start: true })
    await pass(5000)
    expect(shown(stream)).toMatchObject({ text: 'Hello', status: 'done', isReconciled: false })
  })
})
