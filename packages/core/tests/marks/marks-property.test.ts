import { createMarkEncoder, decodeMarks, initialMarkState, plainText, type UiChunk } from '@keepstream/core/marks'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { check, patienceMs } from '../support/property'
import { anyChunks, forgedText, inPieces, merged } from '../support/ui-chunks'

function encode(chunks: readonly UiChunk[], before = ''): string {
  const encoder = createMarkEncoder(before)
  return chunks.map((chunk) => encoder.push(chunk)).join('')
}

const decode = (text: string) => merged(decodeMarks(initialMarkState, text)[1])
const cuts = fc.array(fc.nat(), { maxLength: 12 })

it(
  'gives back any chunks, however the text is cut',
  () => {
    check(
      fc.property(anyChunks(), cuts, (chunks, places) => {
        const text = encode(chunks)
        expect(decode(text)).toEqual(merged(chunks))
        let state = initialMarkState
        const decoded: UiChunk[] = []
        for (const piece of inPieces(text, places)) {
          const [next, added] = decodeMarks(state, piece)
          decoded.push(...added)
          state = next
        }
        expect(merged(decoded)).toEqual(merged(chunks))
        expect(state).toEqual(decodeMarks(initialMarkState, text)[0])
      }),
      150,
    )
  },
  patienceMs(5_000),
)

it(
  'writes what every store keeps as it is',
  () => {
    check(
      fc.property(anyChunks(), (chunks) => {
        const encoder = createMarkEncoder()
        // Each piece alone, since a store may be given them one by one.
        for (const chunk of chunks) expect(encoder.push(chunk)).not.toMatch(/[\0\p{Cs}]/u)
      }),
      100,
    )
  },
  patienceMs(5_000),
)

it(
  'lets no text pass for a mark',
  () => {
    check(
      fc.property(fc.array(forgedText(), { maxLength: 8 }), (pieces) => {
        const chunks = pieces.map((delta): UiChunk => ({ type: 'text-delta', id: '0', delta }))
        const text = encode([{ type: 'text-start', id: '0' }, ...chunks])
        expect(decode(text)).toHaveLength(pieces.join('') === '' ? 1 : 2)
        expect(plainText(text)).toBe(pieces.join(''))
      }),
      150,
    )
  },
  patienceMs(5_000),
)

it(
  'goes on after a text that was cut anywhere',
  () => {
    check(
      fc.property(anyChunks(20), fc.nat(), anyChunks(20), (first, cut, then) => {
        const whole = encode(first)
        const before = whole.slice(0, cut % (whole.length + 1))
        const decoded = decode(before + encode([{ type: 'start' }, ...then], before))
        const at = decoded.findIndex(({ type }) => type === 'start')
        expect(decoded.slice(at)).toEqual(merged([{ type: 'start' }, ...then]))
        const prose = decoded.slice(0, at).filter(({ type }) => type !== 'text-end')
        // A mark that lacks nothing but its line end gets it.
        const ended = decodeMarks(initialMarkState, before)[0].pending === undefined ? before : `${before}\n`
        expect(prose).toEqual(decode(ended).filter(({ type }) => type !== 'text-end'))
      }),
      150,
    )
  },
  patienceMs(5_000),
)

it('reads each character a fixed number of times', () => {
  const long = { type: 'data-x', data: 'x'.repeat(20_000) }
  const text = encode([
    { type: 'text-start', id: '0' },
    long,
    { type: 'text-delta', id: '0', delta: '\x1e\n'.repeat(2_000) },
  ])
  const unfinished = '\x1e{'.repeat(5_000)
  for (const [whole, size] of [
    [text, 1],
    [text, 64],
    [unfinished, 1],
    [unfinished, unfinished.length],
  ] as const)
    expect(charactersRead(whole, size)).toBeLessThan(8 * whole.length)
})

/** How many characters the decoder's searches, slices and parses get to see. */
function charactersRead(text: string, size: number): number {
  let count = 0
  const spies = (['split', 'indexOf', 'slice'] as const).map((name) => {
    const original = String.prototype[name] as (...args: unknown[]) => unknown
    return vi.spyOn(String.prototype, name).mockImplementation(function (this: string, ...args: unknown[]) {
      count += this.length
      return original.apply(this, args)
    } as never)
  })
  const { parse } = JSON
  const parsing = vi.spyOn(JSON, 'parse').mockImplementation((json: string) => {
    count += json.length
    return parse(json)
  })
  try {
    let state = initialMarkState
    for (let from = 0; from < text.length; from += size)
      state = decodeMarks(state, text.substring(from, from + size))[0]
  } finally {
    for (const spy of [...spies, parsing]) spy.mockRestore()
  }
  return count
}
