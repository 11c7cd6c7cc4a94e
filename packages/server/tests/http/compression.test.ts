import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { contentCoding } from '../../src/http/request/content-coding'
import { gzip } from '../../src/http/response/gzip'
import { createRandom } from '../../src/testkit/random'
import { settled } from '../support/clock'
import { createHand, createRig, request } from '../support/rig'
import { type SpyStore, spyStore } from '../support/spy-store'

afterEach(() => void vi.unstubAllGlobals())

const text = 'A sentence that comes again. 😀\r\n'.repeat(100)
const forms = ['application/json', 'text/plain', 'text/event-stream', 'application/vnd.keepstream']
const oneShotForms = forms.slice(0, 2)

/** A stream with this text, which has ended unless it is `open`. */
async function streamOf(
  written: string,
  { open = false, ...options }: { open?: boolean } & Parameters<typeof createRig>[0] = {},
) {
  const rig = createRig(options)
  const id = await rig.streams.createStream()
  const hand = createHand()
  const driven = await rig.streams.stream(request(), id, hand.producer)
  await hand.append(written)
  if (!open) hand.finish()
  await rig.clock.advance(300)
  const read = (headers: Record<string, string> = {}, method = 'GET', path = '/') =>
    rig.streams.read(request(path, { method, headers: { 'Accept-Encoding': 'gzip', ...headers } }), id)
  return { ...rig, id, hand, driven, read }
}

const codingOf = ({ headers }: Response) => headers.get('Content-Encoding')
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer())
/** Node's `Response` does not decode: only what comes from a `fetch` is decoded. */
const unpacked = async (response: Response) => gunzipSync(await bytesOf(response)).toString()

describe('the coding of a finished text', () => {
  it.each<[string | undefined, 'gzip' | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br, gzip, deflate', 'gzip'],
    ['br', undefined],
    ['gzip;q=0', undefined],
    ['gzip; q=0.000', undefined],
    ['gzip;q=0.1', 'gzip'],
    ['gzip;q=nonsense', undefined],
    ['*', 'gzip'],
    ['*;q=0', undefined],
    ['gzip;q=0, *', undefined],
    ['gzip, *;q=0', 'gzip'],
    ['identity', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0.5, *;q=0.9', 'gzip'],
    ['gzip;q=0, identity;q=0', undefined],
  ])('for Accept-Encoding %j is %j', (accepted, coding) => {
    const headers: Record<string, string> = accepted === undefined ? {} : { 'Accept-Encoding': accepted }
    expect(contentCoding(request('/', { headers }), 1_024)).toBe(coding)
  })

  it('is none below 1,024 units, unless the client refuses a text without one', () => {
    const accepting = (accepted: string) => request('/', { headers: { 'Accept-Encoding': accepted } })
    expect(contentCoding(accepting('gzip'), 1_023)).toBeUndefined()
    expect(contentCoding(accepting('gzip, identity;q=0'), 0)).toBe('gzip')
    expect(contentCoding(accepting('gzip, *;q=0'), 0)).toBe('gzip')
  })

  it('is none where the runtime cannot compress', async () => {
    const { read } = await streamOf(text)
    vi.stubGlobal('CompressionStream', undefined)
    for (const Accept of forms) expect(codingOf(await read({ Accept }))).toBeNull()
  })
})

describe('a compressed response', () => {
  it.each(forms)('as %s has the same text as one that is not', async (Accept) => {
    const { read } = await streamOf(text)
    const [packed, plain] = [await read({ Accept }), await read({ Accept, 'Accept-Encoding': '' })]
    expect([codingOf(packed), codingOf(plain)]).toEqual(['gzip', null])
    expect(packed.headers.get('Content-Length')).toBeNull()
    expect(packed.headers.get('Content-Type')).toBe(plain.headers.get('Content-Type'))
    const expected = Buffer.from(await bytesOf(plain))
    const bytes = await bytesOf(packed)
    expect(bytes.length).toBeLessThan(expected.length / 4)
    expect(gunzipSync(bytes).equals(expected)).toBe(true)
  })

  it('as plain text is whole, however long it is', async () => {
    const long = text.repeat(400)
    const { read } = await streamOf(long)
    expect((await unpacked(await read({ Accept: 'text/plain' }))) === long).toBe(true)
  })

  it('comes from a drive of a stream that has ended too', async () => {
    const { streams, id } = await streamOf(text)
    const headers = { 'Accept-Encoding': 'gzip' }
    const again = await streams.stream(request('/', { method: 'POST', headers }), id, () => undefined)
    expect(codingOf(again)).toBe('gzip')
    expect(await unpacked(again)).toBe(text)
  })

  it('is never the text of a stream that is written, so that nothing is held back', async () => {
    const { read, driven, hand, clock } = await streamOf(text, { open: true })
    for (const Accept of ['text/event-stream', 'application/vnd.keepstream']) {
      const response = await read({ Accept })
      expect(codingOf(response)).toBeNull()
      await response.body?.cancel()
    }
    expect(codingOf(driven)).toBeNull()
    for (const Accept of oneShotForms) expect(codingOf(await read({ Accept }))).toBe('gzip')
    hand.finish()
    await clock.advance(300)
  })

  it('is compressed only if the rest is long enough', async () => {
    const { read } = await streamOf(text)
    for (const Accept of forms) {
      const from = (offset: number) => read({ Accept }, 'GET', `/?offset=${offset}&epoch=1`)
      expect(codingOf(await from(text.length - 1_023))).toBeNull()
      expect(codingOf(await from(text.length - 1_024))).toBe('gzip')
    }
  })

  it('can be turned off', async () => {
    const { read } = await streamOf(text, { compress: false })
    for (const Accept of forms) expect(codingOf(await read({ Accept }))).toBeNull()
    expect((await read()).headers.get('ETag')).not.toContain('gzip')
  })
})

describe('the ETag of a text that may be compressed', () => {
  it.each(oneShotForms)('as %s is another one for each coding, and HEAD has the headers of GET', async (Accept) => {
    const { read } = await streamOf(text)
    for (const accepted of ['gzip', '']) {
      const got = await read({ Accept, 'Accept-Encoding': accepted })
      const head = await read({ Accept, 'Accept-Encoding': accepted }, 'HEAD')
      expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(got.headers))
      expect(got.headers.get('Vary')?.split(', ')).toContain('Accept-Encoding')
      expect(head.body).toBeNull()
    }
    const tags = ['gzip', 'identity'].map(async (accepted) => (await read({ 'Accept-Encoding': accepted })).headers)
    const [packed, plain] = (await Promise.all(tags)).map((headers) => headers.get('ETag'))
    expect(packed).toMatch(/^"[\x21\x23-\x7e]+\.gzip"$/)
    expect(plain).not.toBe(packed)
  })

  it('matches whatever coding the client holds, and a 304 has the tag that it holds', async () => {
    const { read, hand, clock } = await streamOf(text, { open: true })
    const tagFor = async (accepted: string) => (await read({ 'Accept-Encoding': accepted })).headers.get('ETag') ?? ''
    const [packed, plain] = [await tagFor('gzip'), await tagFor('')]
    for (const accepted of ['gzip', '']) {
      const ask = async (tags: string) => {
        const { status, headers, body } = await read({ 'Accept-Encoding': accepted, 'If-None-Match': tags })
        expect([status, body, headers.get('Content-Encoding')]).toEqual([304, null, null])
        expect(headers.get('Vary')).toContain('Accept-Encoding')
        return headers.get('ETag')
      }
      const own = accepted === 'gzip' ? packed : plain
      expect(await ask(packed)).toBe(packed)
      expect(await ask(`W/${packed}`)).toBe(packed)
      expect(await ask(`"other", ${plain}`)).toBe(plain)
      expect(await ask(`${plain}, ${packed}`)).toBe(own)
      expect(await ask('*')).toBe(own)
    }
    await hand.append('more')
    hand.finish()
    await clock.advance(300)
    for (const tag of [packed, plain]) expect((await read({ 'If-None-Match': tag })).status).toBe(200)
  })
})

describe('S16 a compressed text of 8 MB', () => {
  it.each([
    ['text/plain', 1_048_576 + 2 * 65_536],
    ['application/vnd.keepstream', 3 * 65_536],
  ])('as %s is read from the store as its client takes it', async (Accept, most) => {
    const random = createRandom(1)
    // Three bytes a unit, and nearly nothing for gzip to leave out.
    const units = Uint16Array.from({ length: 2_700_000 }, () => 0x4e00 + random.below(20_000))
    const long = new TextDecoder('utf-16le').decode(units)
    const { read, store } = await streamOf(long, { wrap: spyStore })
    const reads = () => (store as SpyStore).of('read')
    const before = reads().length
    const reader = (await read({ Accept })).body?.getReader()
    expect((await reader?.read())?.done).toBe(false)
    // Whatever goes on without the reader has come to its end.
    await new Promise((resolve) => setTimeout(resolve, 50))
    const unitsRead = reads()
      .slice(before)
      .reduce((sum, [, , max]) => sum + max, 0)
    expect(unitsRead).toBeLessThanOrEqual(most)
    await reader?.cancel()
  })
})

describe('S16 gzip', () => {
  const random = createRandom(1)
  /** Bytes that gzip cannot make fewer. */
  const chunk = () => new Uint8Array(16_384).map(() => random.below(256))

  /** `count` chunks, and then an end or an error. */
  function source(count: number, failure?: Error) {
    const seen = { pulls: 0, reason: undefined as unknown }
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (seen.pulls++ < count) controller.enqueue(chunk())
          else if (failure) controller.error(failure)
          else controller.close()
        },
        cancel(reason) {
          seen.reason = reason
        },
      },
      { highWaterMark: 0 },
    )
    return { seen, stream }
  }

  it('reads nothing before it is read, and little more than its reader takes', async () => {
    const { seen, stream } = source(512) // 8 MiB
    const reader = gzip(stream).getReader()
    await settled()
    expect(seen.pulls).toBe(0)
    let taken = 0
    for (let reads = 0; reads < 10; reads++) taken += (await reader.read()).value?.length ?? 0
    // Whatever goes on without the reader has come to its end.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(taken).toBeGreaterThan(65_536)
    expect(seen.pulls * 16_384 - taken).toBeLessThan(131_072)
    await reader.cancel()
  })

  it('compresses every byte of long chunks, of short ones and of none', async () => {
    for (const sizes of [[], [0], [1], [200_000, 0, 3, 65_536, 65_537]]) {
      const parts = sizes.map((size, index) => new Uint8Array(size).fill(index + 1))
      const bytes = Buffer.concat(parts)
      const packed = await new Response(gzip(new Blob(parts).stream())).arrayBuffer()
      expect(gunzipSync(packed).equals(bytes)).toBe(true)
    }
  })

  it('fails with its source, and does not just end', async () => {
    for (const count of [0, 1, 40]) {
      const { stream } = source(count, new Error('the store lost text'))
      await expect(new Response(gzip(stream)).arrayBuffer()).rejects.toThrow('the store lost text')
    }
  })

  it('cancels its source when it is cancelled: before it is read, between two reads, and in one', async () => {
    for (const reads of [0, 1]) {
      const { seen, stream } = source(512)
      const reader = gzip(stream).getReader()
      for (let read = 0; read < reads; read++) await reader.read()
      await reader.cancel('left')
      expect(seen.reason).toBe('left')
    }
    let reason: unknown
    const waiting = new ReadableStream<Uint8Array>({
      cancel(given) {
        reason = given
      },
    })
    const reader = gzip(waiting).getReader()
    const reading = reader.read()
    await settled()
    await reader.cancel('left')
    expect([reason, await reading]).toEqual(['left', { done: true, value: undefined }])
  })
})
