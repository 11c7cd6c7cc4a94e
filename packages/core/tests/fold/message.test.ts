import { message, parts } from '@keepstream/core/fold'
import { createMarkEncoder, type UiChunk } from '@keepstream/core/marks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageRules } from '../../src/fold/message/message-rules'
import { check, patienceMs } from '../support/property'
import { anyChunks, inPieces } from '../support/ui-chunks'

function encode(...chunks: UiChunk[]): string {
  const encoder = createMarkEncoder()
  return chunks.map((chunk) => encoder.push(chunk)).join('')
}

const start = { type: 'text-start', id: '0' }
const hello = { type: 'text-delta', id: '0', delta: 'Hello' }
const call = { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' }
const input = { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"city"' }

describe('parts', () => {
  it('is one text part for a text without marks, which is done with the stream', () => {
    expect(parts().ofText('one', false)).toMatchObject([{ type: 'text', text: 'one', state: 'streaming' }])
    expect(parts().ofText('one')).toMatchObject([{ type: 'text', text: 'one', state: 'done' }])
    expect(parts().ofText('')).toEqual([])
  })

  it('leaves a part that was opened and never closed as it is', () => {
    expect(parts().ofText(encode(start, hello))).toMatchObject([{ type: 'text', text: 'Hello', state: 'streaming' }])
  })

  it('shows the input of a tool as text while it comes, and as a value once it is whole', () => {
    const available = { ...call, type: 'tool-input-available', input: { city: 'Bern' } }
    const state = (...chunks: UiChunk[]) => parts().ofText(encode(...chunks))[0]
    expect(state(call, input)).toEqual({
      ...{ type: 'tool-weather', toolCallId: 'c', state: 'input-streaming' },
      rawInput: '{"city"',
    })
    expect(state({ ...call, inputEncoding: 'text' }, input)).toMatchObject({ input: '{"city"', rawInput: '{"city"' })
    expect(state(call, input, available)).toEqual({
      ...{ type: 'tool-weather', toolCallId: 'c', state: 'input-available' },
      input: { city: 'Bern' },
    })
  })

  it('begins another part for the id of a call in another step', () => {
    const chunks = [call, { type: 'start-step' }, call, { type: 'tool-output-available', toolCallId: 'c', output: 1 }]
    expect(parts().ofText(encode(...chunks))).toMatchObject([
      { state: 'input-streaming' },
      { type: 'step-start' },
      { state: 'output-available', output: 1 },
    ])
  })

  it.each<UiChunk>([
    { type: 'text-delta', id: 'none', delta: 'x' },
    { type: 'text-end', id: 'none' },
    { type: 'tool-input-delta', toolCallId: 'none', inputTextDelta: 'x' },
    { type: 'tool-output-available', toolCallId: 'none', output: 1 },
    { type: 'tool-output-available' },
    { type: 'tool-input-available', toolCallId: 'nameless', input: 1 },
    { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'none' },
    { type: 'tool-approval-response', approvalId: 'none', approved: true },
    { type: 'tool-of-tomorrow', toolCallId: 'c' },
    { type: 'of-tomorrow', id: '0' },
    { type: 'data-x', data: 1, transient: true },
    { type: 'error', errorText: 'x' },
  ])('is not changed by $type that fits nothing', (chunk) => {
    const before = encode(start, hello, call, input)
    const added = createMarkEncoder(before).push(chunk)
    const state = messageRules.push(messageRules.initial, before)
    expect(messageRules.value(messageRules.push(state, added), false)).toBe(messageRules.value(state, false))
  })
})

describe('message', () => {
  it('has the id and the merged metadata', () => {
    const chunks = [
      { type: 'start', messageId: 'm', messageMetadata: { model: 'x', usage: { input: 1, cached: [1] } } },
      { type: 'message-metadata', messageMetadata: { usage: { output: 2, cached: [2] } } },
      { type: 'finish', messageMetadata: JSON.parse('{"__proto__":{"isAdmin":true}}') },
    ]
    const folded = message<unknown, Record<string, unknown>>().ofText(encode(...chunks))
    expect(folded).toEqual({
      ...{ id: 'm', role: 'assistant', parts: [] },
      metadata: { model: 'x', usage: { input: 1, output: 2, cached: [2] } },
    })
    expect(folded.metadata?.['isAdmin']).toBeUndefined()
  })

  it(
    'is the same however the text is cut, and keeps what did not change',
    () => {
      check(
        fc.property(anyChunks(), fc.array(fc.nat(), { maxLength: 12 }), (chunks, places) => {
          let state = messageRules.initial
          let shown = messageRules.value(state, false)
          let text = ''
          for (const piece of inPieces(encode(...chunks.map(withNumber)), places)) {
            text += piece
            state = messageRules.push(state, piece)
            const next = messageRules.value(state, false)
            expect(next).toEqual(message().ofText(text, false))
            expectShared(shown.parts, next.parts)
            shown = next
          }
          expectShared(shown.parts, messageRules.value(state, true).parts)
          expect(messageRules.value(state, true)).toEqual(message().ofText(text))
        }),
        150,
      )
    },
    patienceMs(5_000),
  )
})

/** Lets no chunk repeat what another one said: what is said again may be another object. */
function withNumber(chunk: UiChunk, index: number): UiChunk {
  if ('providerMetadata' in chunk) return { ...chunk, providerMetadata: { p: { index } } }
  return /^tool-(input-[aes]|output)/.test(chunk.type) ? { ...chunk, title: `${index}` } : chunk
}

/** What is equal must be the same object. */
function expectShared(before: readonly unknown[], after: readonly unknown[]): void {
  const isEqual = (index: number) => JSON.stringify(before[index]) === JSON.stringify(after[index])
  for (const index of before.keys()) if (isEqual(index)) expect(after[index]).toBe(before[index])
  const isAllEqual = before.length === after.length && before.every((_, index) => isEqual(index))
  if (isAllEqual) expect(after).toBe(before)
}
