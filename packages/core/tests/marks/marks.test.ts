import { isStreamError } from '@keepstream/core'
import { createMarkEncoder, decodeMarks, initialMarkState, plainText, type UiChunk } from '@keepstream/core/marks'
import { describe, expect, it } from 'vitest'
import { merged } from '../support/ui-chunks'

function encode(chunks: readonly UiChunk[]): string {
  const encoder = createMarkEncoder()
  return chunks.map((chunk) => encoder.push(chunk)).join('')
}

const decode = (text: string) => merged(decodeMarks(initialMarkState, text)[1])
const text = (id: string, delta: string): UiChunk => ({ type: 'text-delta', id, delta })
const start = (id: string, type = 'text-start'): UiChunk => ({ type, id })
const end = (id: string, type = 'text-end'): UiChunk => ({ type, id })
const maxLength = 1_048_576

describe('an encoder', () => {
  it('writes deltas as text, and other chunks as marks', () => {
    expect(encode([start('a'), text('a', 'Hel'), text('a', 'lo\n'), end('a'), { type: 'finish' }])).toBe(
      '\x1e{"type":"text-start","id":"a"}\nHello\n\x1e{"type":"text-end","id":"a"}\n\x1e{"type":"finish"}\n',
    )
  })

  it('changes the channel in three bytes, and only where it changes', () => {
    const tool = { type: 'tool-input-start', toolCallId: 'a', toolName: 't' }
    const input = { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '{}' }
    const opened = encode([start('a'), tool])
    const whole = encode([start('a'), tool, input, text('a', 'one'), text('a', ' two'), text('a', ''), input, input])
    expect(whole).toBe(`${opened}{}\x1e0\none two\x1e1\n{}{}`)
  })

  it('writes a literal start of a mark, NUL and half a surrogate pair as a string', () => {
    const whole = encode([start('a'), text('a', 'x\x1ey\0😀\ud83d')])
    expect(whole.slice(whole.indexOf('\n') + 1)).toBe('x\x1e"\\u001e"\ny\x1e"\\u0000"\n😀\x1e"\\ud83d"\n')
  })

  it('writes a delta with metadata, and one without an open channel, as a mark', () => {
    const signed = { type: 'reasoning-delta', id: 'r', delta: '', providerMetadata: { p: { signature: 's' } } }
    expect(encode([start('r', 'reasoning-start'), signed])).toContain(`\x1e${JSON.stringify(signed)}\n`)
    expect(encode([text('none', 'x')])).toBe('\x1e{"type":"text-delta","id":"none","delta":"x"}\n')
  })

  it('refuses a chunk that is too long for a mark, by its type, and goes on', () => {
    const encoder = createMarkEncoder()
    const file = { type: 'file', mediaType: 'image/png', url: 'x'.repeat(maxLength) }
    const push = () => encoder.push(file)
    expect(push).toThrow(/"file".* 1048576/)
    try {
      push()
    } catch (error) {
      expect(isStreamError(error) && error.code).toBe('invalid-option')
    }
    expect(() => encoder.push({ type: 'tool-input-start', toolCallId: 'x'.repeat(maxLength) })).toThrow(
      'tool-input-start',
    )
    expect(encoder.push(start('a'))).toBe('\x1e{"type":"text-start","id":"a"}\n')
    expect(encoder.push(text('a', 'x'))).toBe('x')
    expect(decode(encode([start('a'), text('a', '\0'.repeat(maxLength))]))).toEqual([
      start('a'),
      text('a', '\0'.repeat(maxLength)),
    ])
  })

  it('goes on with a text that stands already', () => {
    const before = encode([start('a'), text('a', 'one'), start('b')])
    expect(createMarkEncoder(before).push(text('a', ' two'))).toBe('\x1e0\n two')
    expect(createMarkEncoder(before).push(text('b', 'two'))).toBe('two')
    expect(createMarkEncoder(`${before}\x1e{"ty`).push(text('b', 'two'))).toBe('\ntwo')
    const cutNumber = createMarkEncoder(`${before}\x1e0`)
    expect([cutNumber.push(text('b', '')), cutNumber.push(text('b', 'two')), cutNumber.push(text('b', '.'))]).toEqual([
      '',
      '\n\x1e1\ntwo',
      '.',
    ])
  })
})

describe('a decoder', () => {
  it.each<[string, string, UiChunk[]]>([
    ['text without marks', 'one', [start('text-0'), text('text-0', 'one')]],
    ['nothing', '', []],
    ['a literal alone', '\x1e"x"\n', [start('text-0'), text('text-0', 'x')]],
    [
      'prose around a mark',
      'one\x1e{"type":"data-x"}\ntwo',
      [
        start('text-0'),
        text('text-0', 'one'),
        end('text-0'),
        { type: 'data-x' },
        start('text-1'),
        text('text-1', 'two'),
      ],
    ],
    [
      'prose after a channel that was closed',
      '\x1e{"type":"text-start","id":"a"}\none\x1e{"type":"text-end","id":"a"}\ntwo',
      [start('a'), text('a', 'one'), end('a'), start('text-1'), text('text-1', 'two')],
    ],
    [
      'a change of channel after prose',
      `${encode([start('a'), start('b'), end('b')])}prose\x1e0\none`,
      [start('a'), start('b'), end('b'), start('text-2'), text('text-2', 'prose'), end('text-2'), text('a', 'one')],
    ],
    [
      'an end of another channel than the current one',
      encode([start('a'), start('b'), end('a'), text('b', 'x')]),
      [start('a'), start('b'), end('a'), text('b', 'x')],
    ],
  ])('reads %s', (_, marked, chunks) => {
    expect(decode(marked)).toEqual(chunks)
  })

  it.each([
    ['an array', '[1]'],
    ['null', 'null'],
    ['true', 'true'],
    ['an object without a type', '{"id":"a"}'],
    ['an object whose type is no string', '{"type":1}'],
    ['half of an object', '{"type":"text-en'],
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['the number of no channel', '7'],
    ['the number of a closed channel', '0'],
    ['no whole number', '0.5'],
    ['a mark that is too long', JSON.stringify({ type: 'file', url: 'x'.repeat(maxLength) })],
  ])('ignores %s between the separators', (_, json) => {
    const before = encode([start('closed'), end('closed'), start('a'), text('a', 'one')])
    const next = `${JSON.stringify({ type: 'data-x' })}\n two`
    for (const ending of ['\n\x1e', '\x1e'])
      expect(decode(`${before}\x1e${json}${ending}${next}`)).toEqual(decode(`${before}\x1e${next}`))
  })

  it('shows nothing of a mark that is cut', () => {
    const before = encode([start('a'), text('a', 'one')])
    const whole = before + encode([end('a')])
    for (let length = before.length; length < whole.length; length++)
      expect(decode(whole.slice(0, length))).toEqual([start('a'), text('a', 'one')])
  })

  it('keeps nothing of a mark that is too long', () => {
    let state = initialMarkState
    let longest = 0
    for (const piece of ['\x1e', ...Array<string>(40).fill('x'.repeat(100_000))]) {
      state = decodeMarks(state, piece)[0]
      longest = Math.max(longest, state.pending?.length ?? 0)
    }
    expect(longest).toBeLessThanOrEqual(maxLength)
    expect(state.pending?.length).toBeLessThan(10)
    expect(decodeMarks(state, '\none')[1]).toEqual([start('text-0'), text('text-0', 'one')])
  })

  it('accepts the longest mark, however it is cut', () => {
    const chunk = { type: 'data-x', data: 'x'.repeat(maxLength - '{"type":"data-x","data":""}'.length) }
    const whole = encode([chunk])
    expect(decode(whole)).toEqual([chunk])
    const [state] = decodeMarks(initialMarkState, whole.slice(0, -1))
    expect(decodeMarks(state, '\n')[1]).toEqual([chunk])
    expect(decodeMarks(state, ' \n')[1]).toEqual([])
  })
})

describe('plainText', () => {
  it('is the prose alone', () => {
    const chunks = [
      start('r', 'reasoning-start'),
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      start('a'),
      text('a', 'Hello '),
      { type: 'tool-input-start', toolCallId: 'c', toolName: 't' },
      { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{}' },
      text('a', 'there\x1e'),
      { ...text('a', '!'), providerMetadata: {} },
      { ...text('a', ''), delta: 5 },
    ]
    expect(plainText(encode(chunks))).toBe('Hello there\x1e!')
    expect(plainText('no marks')).toBe('no marks')
    expect(plainText('cut\x1e{"type')).toBe('cut')
  })
})
