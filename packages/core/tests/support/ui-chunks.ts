import type { UiChunk } from '@keepstream/core/marks'
import fc from 'fast-check'
import { nastyText } from './property'

/** Text that tries to pass for a mark, and halves of surrogate pairs. */
export function forgedText(): fc.Arbitrary<string> {
  const forgeries = [
    '\x1e',
    '\n',
    '\x1e1\n',
    '\x1e"x"\n',
    '\x1e{"type":"text-end","id":"0"}\n',
    '"',
    '\ud83d',
    '\ude00',
    '\0',
  ]
  return fc
    .array(fc.oneof(fc.constantFrom(...forgeries), nastyText(3)), { maxLength: 6 })
    .map((pieces) => pieces.join(''))
}

/** Any chunks in any order, also such as no SDK sends: unknown channels, ids that are used twice, deltas with metadata. */
export function anyChunks(maxLength = 40): fc.Arbitrary<UiChunk[]> {
  const id = fc.constantFrom('0', '1', 'text-0', '__proto__', '\x1e')
  const text = forgedText()
  const providerMetadata = fc.record({ p: fc.record({ signature: text }) })
  const delta = fc.oneof(
    ...['text', 'reasoning'].map((kind) => fc.record({ type: fc.constant(`${kind}-delta`), id, delta: text })),
    fc.record({ type: fc.constant('tool-input-delta'), toolCallId: id, inputTextDelta: text }),
    fc.record({ type: fc.constant('reasoning-delta'), id, delta: text, providerMetadata }),
  )
  const start = fc.oneof(
    fc.record({ type: fc.constantFrom('text-start', 'reasoning-start'), id }),
    fc.record({ type: fc.constant('tool-input-start'), toolCallId: id, toolName: text }),
  )
  const other = fc.oneof(
    fc.record({ type: fc.constantFrom('text-end', 'reasoning-end'), id }),
    fc.record({ type: fc.constantFrom('tool-input-available', 'tool-input-error'), toolCallId: id, input: text }),
    fc.record({
      type: fc.constant('tool-output-available'),
      toolCallId: id,
      output: fc.json().map((json) => JSON.parse(json)),
    }),
    fc.record({ type: fc.constantFrom('data-x', 'of-tomorrow'), data: text }),
  )
  const chunk = fc.oneof(
    { weight: 5, arbitrary: delta },
    { weight: 2, arbitrary: start },
    { weight: 2, arbitrary: other },
  )
  return fc.array(chunk as fc.Arbitrary<UiChunk>, { maxLength, size: 'max' })
}

/** Chunks with adjacent deltas of one channel as one, and without empty ones. Two lists that say the same are equal. */
export function merged(chunks: readonly UiChunk[]): UiChunk[] {
  const result: UiChunk[] = []
  for (const chunk of chunks) {
    const field = chunk.type === 'tool-input-delta' ? 'inputTextDelta' : 'delta'
    const isDelta = chunk.type.endsWith('-delta') && Object.keys(chunk).length === 3
    const last = result.at(-1)
    if (isDelta && chunk[field] === '') continue
    const isSame =
      last && [...Object.keys(last), ...Object.keys(chunk)].every((key) => key === field || last[key] === chunk[key])
    if (isDelta && isSame) result[result.length - 1] = { ...chunk, [field]: `${last[field]}${chunk[field]}` }
    else result.push(chunk)
  }
  return result
}

/** A text in pieces, cut anywhere. */
export function inPieces(text: string, cuts: readonly number[]): string[] {
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1))), text.length].sort((one, other) => one - other)
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))
}
