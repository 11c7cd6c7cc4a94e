import type { ServerResponse } from 'node:http'
import { createGzip, gzipSync } from 'node:zlib'
import { diagnose } from '@keepstream/core/testing'
import { describe, expect, it } from 'vitest'
import { codes, find } from '../support/diagnosed'
import { headers, listen, proxy, SECRET, STEP_MS, writeEvents } from '../support/stream-servers'

// It measures real connections. A machine that pauses for a moment looks like a proxy that holds a response back.
describe.concurrent('diagnose finds', { retry: 2 }, () => {
  it('nothing wrong with a stream that flows, read or driven', async () => {
    const url = await listen((_, response) => writeEvents(response))
    expect(await find(url)).toEqual([])
    expect(await find(url, { method: 'POST', body: '{}' })).toEqual([])
  })

  it('nothing wrong with raw text that flows', async () => {
    const url = await listen((_, response) =>
      writeEvents(response, { hasEnd: false, head: { ...headers, 'content-type': 'text/plain' } }),
    )
    expect(await find(url)).toEqual([])
  })

  it('a proxy that holds the response back until its end', async () => {
    const url = await proxy((answer, response) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => response.writeHead(200, answer.headers).end(Buffer.concat(parts)))
    })
    const findings = await find(url)
    expect(codes(findings)).toEqual(['buffered'])
    expect(findings[0]?.cure).toContain('proxy_buffering off')
    expect(findings[0]?.evidence).toMatch(/^nothing for [\d.]+ m?s, then \d+ bytes at once/)
  })

  it('a proxy that holds back even the headers, for as long as it is watched', async () => {
    const url = await proxy((answer) => answer.resume())
    const findings = await find(url, { maxMs: 300 })
    expect(codes(findings)).toEqual(['buffered'])
    expect(findings[0]?.evidence).toContain('not even a header')
    expect(codes(await find(url, { signal: AbortSignal.abort() }))).toEqual(['inconclusive'])
  })

  it('a proxy that passes full blocks only', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, headers)
      let step = 0
      const timer = setInterval(() => {
        response.write(step++ < 6 ? `: ${'x'.repeat(1020)}\n\n` : 'event: end\ndata: {}\n\n')
        if (step < 7) return
        clearInterval(timer)
        response.end()
      }, STEP_MS)
      response.on('close', () => clearInterval(timer))
    })
    const findings = await find(url)
    expect(codes(findings)).toEqual(['buffered'])
    expect(findings[0]?.evidence).toContain('blocks of 1024 bytes')
  })

  it('a proxy that compresses', async () => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, { ...answer.headers, 'content-encoding': 'gzip' })
      answer.pipe(createGzip()).pipe(response)
    })
    const findings = await find(url)
    expect(codes(findings)).toContain('compressed')
    expect(findings[0]).toMatchObject({ evidence: 'content-encoding: gzip', cure: expect.stringContaining('gzip off') })
  })

  it('nothing wrong with the compression of a text that has ended', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, { ...headers, 'content-encoding': 'gzip' })
      response.end(gzipSync('data: "all of it"\n\nevent: end\ndata: {}\n\n'))
    })
    expect(codes(await find(url, { shortMs: 2_000 }))).toEqual(['inconclusive'])
  })

  it.each([
    ['closes', (response: ServerResponse) => response.end()],
    ['breaks off', (response: ServerResponse) => response.destroy()],
  ])('a proxy that %s the connection after a while', async (_, cut) => {
    const url = await proxy((answer, response) => {
      response.writeHead(200, answer.headers)
      answer.pipe(response, { end: false })
      setTimeout(() => cut(response), 270)
    })
    const findings = await find(url)
    expect(codes(findings)).toEqual(['cut'])
    expect(findings[0]?.evidence).toMatch(/after \d.* after the last byte, without an end/)
    expect(findings[0]?.cure).toContain('how long a response may take')
  })

  it('a proxy that cuts silent connections', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, headers)
      response.write(': here\n\n')
      setTimeout(() => response.destroy(), 300)
    })
    const findings = await find(url)
    expect(codes(findings)).toContain('cut')
    expect(findings[0]?.cure).toContain('connections that are quiet')
  })

  it('no cut in a read that the server ends after its time, but one in a drive', async () => {
    const url = await listen((_, response) => writeEvents(response, { hasEnd: false }))
    expect(await find(url, { rolloverMs: 300 })).toEqual([])
    expect(codes(await find(url, { rolloverMs: 300, method: 'POST' }))).toEqual(['cut'])
  })

  it.each([{ age: '17' }, { 'x-cache': 'HIT from somewhere' }, { 'cf-cache-status': 'HIT' }])(
    'a cache that responds with %o',
    async (mark) => {
      const url = await listen((_, response) => {
        response.writeHead(200, { ...headers, ...mark })
        response.end(`data: "${SECRET}"\n\nevent: end\ndata: {}\n\n`)
      })
      expect(codes(await find(url))).toEqual(['cached'])
    },
  )

  it('that a cache may keep the response, and that a miss is no hit', async () => {
    const head = (control: string) => ({ ...headers, 'cache-control': control, 'x-cache': 'MISS', age: '0' })
    const open = await listen((_, response) => writeEvents(response, { head: head('public, max-age=60') }))
    expect(codes(await find(open))).toEqual(['cached'])
    const shut = await listen((_, response) => writeEvents(response, { head: head('no-store') }))
    expect(await find(shut)).toEqual([])
  })

  it('that keep-alives are missing', async () => {
    const url = await listen((_, response) => {
      response.writeHead(200, headers)
      response.write(': here\n\n')
      setTimeout(() => response.end('event: end\ndata: {}\n\n'), 700)
    })
    const findings = await find(url)
    expect(codes(findings)).toEqual(['silent'])
  })

  it.each([
    ['text/html; charset=utf-8', 'single-page'],
    ['application/json', 'text/event-stream'],
  ])('a response of type %s', async (type, cure) => {
    const url = await listen((_, response) => response.writeHead(200, { ...headers, 'content-type': type }).end(SECRET))
    const findings = await find(url)
    expect(codes(findings)).toEqual(['content-type'])
    expect(findings[0]?.cure).toContain(cure)
  })

  it('that a browser would guess the type of raw text', async () => {
    const head = { 'content-type': 'text/plain', 'cache-control': 'no-store' }
    const url = await listen((_, response) => writeEvents(response, { hasEnd: false, head }))
    expect(codes(await find(url))).toEqual(['sniffed'])
  })

  it('a redirect, and reports only its target', async () => {
    const to = `https://elsewhere.example/sign-in?token=${SECRET}`
    const url = await listen((_, response) => response.writeHead(302, { location: to }).end())
    const findings = await find(url)
    expect(codes(findings)).toEqual(['redirected'])
    expect(findings[0]?.evidence).toBe('status 302, to https://elsewhere.example')
  })

  it.each([401, 403, 404, 429, 500, 502, 504])('status %d', async (status) => {
    const url = await listen((_, response) => response.writeHead(status).end(SECRET))
    const findings = await find(url)
    expect([codes(findings), findings[0]?.evidence]).toEqual([['refused'], `status ${status}`])
  })

  it('that there is no response', async () => {
    const url = await listen(({ socket }) => socket.destroy())
    expect(codes(await find(url))).toEqual(['unreachable'])
  })

  it('whether a page of another origin may read', async () => {
    const origin = 'https://app.example'
    const credentials = 'include' as const
    const asked: (string | undefined)[] = []
    const server = (head: Record<string, string>) =>
      listen(({ headers: { origin } }, response) => {
        asked.push(origin)
        writeEvents(response, { head: { ...headers, ...head } })
      })
    const star = await server({ 'access-control-allow-origin': '*' })
    const own = await server({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' })
    const none = await server({})
    const found = [
      await find(star, { origin }),
      await find(star, { origin, credentials }),
      await find(own, { origin, credentials }),
      await find(none, { origin }),
    ]
    expect(found.map(codes)).toEqual([[], ['cors'], [], ['cors']])
    expect(new Set(asked)).toEqual(new Set([origin]))
  })

  it('nothing certain in a response that ends too soon', async () => {
    const url = await listen((_, response) => response.writeHead(200, headers).end('event: end\ndata: {}\n\n'))
    expect(codes(await find(url))).toEqual(['inconclusive'])
  })
})

describe('diagnose', () => {
  it('reads no longer and no more than its options allow, and stops when it is aborted', async () => {
    let left = 0
    const url = await listen((_, response) => {
      response.writeHead(200, headers)
      const timer = setInterval(() => response.write(`: ${'x'.repeat(100)}\n\n`), 20)
      response.on('close', () => {
        clearInterval(timer)
        left++
      })
    })
    const startedAt = Date.now()
    expect(await find(url, { maxMs: 300 })).toEqual([])
    expect(codes(await find(url, { maxBytes: 50, maxMs: 60_000 }))).toEqual(['inconclusive'])
    const leaving = new AbortController()
    setTimeout(() => leaving.abort(), 250)
    expect(await find(url, { signal: leaving.signal, maxMs: 60_000 })).toEqual([])
    expect(Date.now() - startedAt).toBeLessThan(5000)
    await expect.poll(() => left).toBe(3)
  })

  it('refuses limits that are none', async () => {
    for (const name of ['maxMs', 'maxBytes', 'shortMs', 'silentMs', 'rolloverMs'])
      for (const value of [0, Number.NaN, Number.POSITIVE_INFINITY])
        await expect(diagnose('http://localhost', { [name]: value })).rejects.toMatchObject({
          code: 'invalid-option',
          message: expect.stringContaining(`\`${name}\` to be a number from 1 to `),
        })
    // A timer that is to wait longer than this fires at once.
    await expect(diagnose('http://localhost', { maxMs: 2 ** 31 })).rejects.toMatchObject({ code: 'invalid-option' })
  })
})
