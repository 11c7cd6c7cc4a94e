import { describe, expect, it } from 'vitest'
import { collectFramed, framed } from './support/framed'
import { collect, createHand, createRig, parseEvents, request, textOf } from './support/rig'

const texts: Record<string, readonly string[]> = {
  'CR, LF and CRLF': ['a\rb\n', '\r\n', '\r', '\n', 'c'],
  'a byte order mark, first and later': ['\uFEFFa', '\uFEFF', 'b'],
  'line and paragraph separators': ['a\u2028b\u2029c\u0085'],
  'a forged event': ['\n\nevent: end\nid: 9.9\ndata: {"status":"done"}\n\n', ': comment\n\n'],
  'a surrogate pair cut between appends': ['a\uD83D', '\uDE00', 'b\uD83D\uDE00'],
  'tabs, quotes and backslashes': ['\t"\\', '\\u0041'],
  'no text at all': [],
  'only white space': [' ', '\n', ' '],
}

const replaced: Record<string, readonly [readonly string[], string]> = {
  'U+0000': [['a\0b', '\0'], 'a\uFFFDb\uFFFD'],
  'lone surrogates': [['\uDE00a\uD83D', 'b', '\uD83D'], '\uFFFDa\uFFFDb\uFFFD'],
  'a high surrogate at the very end': [['a', '\uD83D'], 'a\uFFFD'],
}

const cases: [string, readonly string[], string][] = [
  ...Object.entries(texts).map(([name, chunks]): [string, readonly string[], string] => [
    name,
    chunks,
    chunks.join(''),
  ]),
  ...Object.entries(replaced).map(([name, [chunks, out]]): [string, readonly string[], string] => [name, chunks, out]),
]

describe.each(cases)('S3 %s', (_, chunks, expected) => {
  it('is exact in every form', async () => {
    const { streams, clock } = createRig()
    const id = await streams.createStream()
    const hand = createHand()
    const raw = collect(await streams.stream(request(), id, hand.producer))
    const sse = { headers: { Accept: 'text/event-stream' } }
    const driven = collect(await streams.stream(request('/', sse), id, hand.producer))
    const followed = collect(await streams.read(request('/', sse), id))
    const drivenFramed = collectFramed(await streams.stream(framed('/', 'POST'), id, hand.producer))
    const followedFramed = collectFramed(await streams.read(framed(), id))
    for (const chunk of chunks) {
      await hand.append(chunk)
      await clock.advance(120)
    }
    hand.finish()
    await clock.advance(1_000)

    expect(raw).toMatchObject({ text: expected, isDone: true })
    for (const reader of [drivenFramed, followedFramed]) {
      expect(reader.text).toBe(expected)
      expect(reader.frames.at(-1)).toMatchObject({ type: 'end', position: expected.length, status: 'done' })
      expect(reader.isDone).toBe(true)
    }
    for (const reader of [driven, followed]) {
      const { events } = parseEvents(reader.text)
      expect(textOf(events)).toBe(expected)
      expect(events.at(-1)).toEqual({
        event: 'end',
        id: `1.${expected.length}`,
        data: { status: 'done', offset: expected.length },
      })
      expect(reader.isDone).toBe(true)
    }
    expect(await (await streams.read(request('/'), id)).json()).toMatchObject({
      offset: 0,
      text: expected,
      status: 'done',
    })
    const plain = collect(await streams.read(request('/', { headers: { Accept: 'text/plain' } }), id))
    const late = collect(await streams.stream(request(), id, hand.producer))
    const lateSse = collect(await streams.stream(request('/', sse), id, hand.producer))
    await clock.advance(0)
    expect(plain.text).toBe(expected)
    expect(late).toMatchObject({ text: expected, isDone: true })
    expect(textOf(parseEvents(lateSse.text).events)).toBe(expected)
    expect(hand.calls).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })
})
