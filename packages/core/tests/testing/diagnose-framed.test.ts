import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { codes, find } from '../support/diagnosed'
import { transcoded } from '../support/faulty-channel'
import { headers, listen, proxy, SECRET, writeFramed } from '../support/stream-servers'
import { FRAMED, framed } from '../support/wire'

const head = { ...headers, 'content-type': FRAMED }

/** A proxy that passes each part on as `change` returns it. */
const changing = (change: (part: Buffer, count: number) => Uint8Array) =>
  proxy((answer, response) => {
    let count = 0
    response.writeHead(200, answer.headers)
    answer.on('data', (part: Buffer) => response.write(change(part, ++count)))
    answer.on('end', () => response.end())
  }, writeFramed)

/** A proxy that holds the body back until it has ended. */
function collect(answer: IncomingMessage, response: ServerResponse, passed = 0) {
  const parts: Buffer[] = []
  let count = 0
  answer.on('data', (part: Buffer) => (++count > passed ? parts.push(part) : response.write(part)))
  answer.on('end', () => response.end(Buffer.concat(parts)))
}

// It measures real connections. A machine that pauses for a moment looks like a proxy that holds a response back.
describe.concurrent('diagnose finds in framed text', { retry: 2 }, () => {
  it('nothing wrong if it flows, read or driven, and asks for it as a client does', async () => {
    const asked: (string | undefined)[] = []
    const url = await listen(({ headers }, response) => {
      asked.push(headers.accept)
      writeFramed(response)
    })
    expect(await find(url)).toEqual([])
    expect(await find(url, { method: 'POST', body: '{}' })).toEqual([])
    expect(await find(url, { headers: { accept: FRAMED } })).toEqual([])
    expect(asked[0]).toMatch(/^application\/vnd\.keepstream, text\/event-stream;q=0\.9/)
    expect(asked[2]).toBe(FRAMED)
  })

  it('a proxy that holds it back until its end', async () => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, answer.headers)
      collect(answer, response)
    }, writeFramed)
    const findings = await find(url)
    expect(codes(findings)).toEqual(['buffered'])
    expect(findings[0]?.evidence).toMatch(/^nothing for [\d.]+ m?s, then at once a text that was written in that time$/)
    expect(findings[0]?.cure).toMatch(/proxy_buffering off.*clients ask for events/)
  })

  it('a proxy that passes on the headers and not a byte, for as long as it is watched', async () => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, answer.headers).flushHeaders()
      answer.resume()
    }, writeFramed)
    const findings = await find(url, { maxMs: 2200 })
    expect(codes(findings)).toEqual(['buffered'])
    expect(findings[0]?.evidence).toMatch(/^no byte for [\d.]+ m?s after the headers/)
  })

  it('a proxy that passes on the first frame and holds the rest back', async () => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, answer.headers)
      collect(answer, response, 1)
    }, writeFramed)
    const findings = await find(url)
    expect(codes(findings)).toEqual(['buffered'])
    expect(findings[0]?.evidence).toBe('at once, a text that was written over 1.0 s or more')
  })

  it('no proxy that holds it back in a whole text of a slow server', async () => {
    const url = await listen((_, response) => {
      setTimeout(() => {
        response.writeHead(200, head)
        response.write(framed.grows(0))
        response.end(Buffer.concat([framed.text(SECRET), framed.end(SECRET.length)]))
      }, 250)
    })
    expect(codes(await find(url))).toEqual(['inconclusive'])
  })

  it.each<[string, (part: Buffer, count: number) => Uint8Array, RegExp, number]>([
    ['writes it anew as UTF-8', transcoded, /no event of a Keepstream server/, 200],
    [
      'loses bytes',
      (part, count) => (count === 3 ? part.subarray(1) : part),
      /^a frame is at 154, and the text before it ends at 153/,
      Number.POSITIVE_INFINITY,
    ],
    ['spoils a byte', (part, count) => (count === 3 ? Buffer.concat([Buffer.of(0xc3), part]) : part), /no UTF-8/, 250],
  ])('a proxy that %s', async (_, change, evidence, most) => {
    const findings = await find(await changing(change))
    expect(codes(findings)).toEqual(['altered'])
    expect(findings[0]?.evidence).toMatch(evidence)
    // Some parts may arrive together, but not all of them.
    expect(Number(/in the first (\d+) bytes/.exec(findings[0]?.evidence ?? '')?.[1])).toBeLessThan(most)
    expect(findings[0]?.cure).toContain('no-transform')
  })

  it('a proxy that compresses it', async () => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, { ...answer.headers, 'content-encoding': 'gzip' })
      answer.pipe(createGzip()).pipe(response)
    }, writeFramed)
    expect(codes(await find(url))).toContain('compressed')
  })

  it('that its marks are missing', async () => {
    const findings = await find(await listen((_, response) => writeFramed(response, { hasMarks: false, steps: 40 })))
    expect(codes(findings)).toEqual(['unmarked'])
    expect(findings[0]?.evidence).toMatch(/^text \d.* after the last mark$/)
  })

  it.each(['text/plain', 'application/octet-stream', 'text/event-stream'])(
    'that it comes under the type %s',
    async (type) => {
      const findings = await find(await listen((_, response) => writeFramed(response, { type, steps: 3 })))
      expect(codes(findings)).toEqual(['content-type'])
      expect(findings[0]).toMatchObject({
        evidence: expect.stringContaining(`content-type: ${type}`),
        cure: expect.stringContaining(FRAMED),
      })
    },
  )

  it('a connection that is cut before the end', async () => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, answer.headers)
      answer.pipe(response, { end: false })
      setTimeout(() => response.end(), 270)
    }, writeFramed)
    expect(codes(await find(url))).toEqual(['cut'])
  })

  it('that keep-alives are missing', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, head)
      response.write(framed.grows(0))
      setTimeout(() => response.end(framed.end(0)), 700)
    })
    const findings = await find(url)
    expect(codes(findings)).toEqual(['silent'])
    expect(findings[0]?.cure).toContain('an empty frame')
  })
})
