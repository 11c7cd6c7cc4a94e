import { type Message, message, parts } from '@keepstream/core/fold'
import { createMarkEncoder, decodeMarks, initialMarkState, type UiChunk } from '@keepstream/core/marks'
import * as ai6 from 'ai'
import * as ai7 from 'ai-7'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, checkAsync, patienceMs } from '../../core/tests/support/property'
import { merged } from '../../core/tests/support/ui-chunks'
import { randomAnswer } from './support/answers'

type AnyMessage = Message<Record<string, unknown>>
const fold = message<Record<string, unknown>>()

/** Numbers from a seed, so that a failure is soon made shorter. */
function chooseBy(seed: number): (below: number) => number {
  let state = (seed % 2_147_483_646) + 1
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** A random answer of some 60 chunks. */
const answerOf = (major: 6 | 7) =>
  fc.tuple(fc.nat(), fc.nat(90)).map(([seed, length]) => randomAnswer(chooseBy(seed), length, major))

function encode(chunks: readonly UiChunk[]): string {
  const encoder = createMarkEncoder()
  return chunks.map((chunk) => encoder.push(chunk)).join('')
}

/** The SDK's own message. It publishes none for some chunks, so one that it does follows. */
async function messageOfSdk(ai: typeof ai6, chunks: readonly UiChunk[]): Promise<AnyMessage> {
  const stream = new ReadableStream<never>({
    start(controller) {
      for (const chunk of [...chunks, { type: 'message-metadata', messageMetadata: { isWhole: true } }])
        controller.enqueue(structuredClone(chunk) as never)
      controller.close()
    },
  })
  let last: unknown
  const onError = (error: unknown) => {
    throw error
  }
  for await (const next of ai.readUIMessageStream({ stream, onError, terminateOnError: true })) last = next
  const { metadata, ...whole } = last as AnyMessage
  const { isWhole, ...rest } = metadata as Record<string, unknown>
  return { ...whole, metadata: rest, parts: whole.parts.map(comparable) }
}

/** What we leave out: the partial value of an input. And version 6 has the input of a refused call in another place. */
function comparable(part: Record<string, unknown>): Record<string, unknown> {
  const { input, rawInput, ...rest } = part
  if (part['state'] === 'input-streaming')
    return { ...rest, rawInput, ...(part['inputEncoding'] === 'text' && { input }) }
  if (part['state'] === 'output-error' && rawInput !== undefined) return { ...rest, input: rawInput }
  return part
}

describe.each([
  { name: '6', ai: ai6, major: 6 as const },
  { name: '7', ai: ai7 as unknown as typeof ai6, major: 7 as const },
])('a message of ai $name', ({ ai, major }) => {
  it(
    'is what parts() and message() make of its marks, at each place',
    async () => {
      await checkAsync(
        fc.asyncProperty(answerOf(major), fc.array(fc.nat(), { maxLength: 3 }), async (answer, places) => {
          for (const end of [answer.length, ...places.map((place) => place % (answer.length + 1))]) {
            const chunks = answer.slice(0, end)
            const ours = fold.ofText(encode(chunks))
            const theirs = await messageOfSdk(ai, chunks)
            expect({ ...ours, metadata: ours.metadata ?? {} }).toEqual(theirs)
            expect(parts().ofText(encode(chunks))).toEqual(theirs.parts)
          }
        }),
        60,
      )
    },
    patienceMs(10_000),
  )

  it(
    'comes back chunk for chunk',
    () => {
      check(
        fc.property(answerOf(major), (answer) => {
          expect(merged(decodeMarks(initialMarkState, encode(answer))[1])).toEqual(merged(answer))
        }),
        50,
      )
    },
    patienceMs(5_000),
  )
})

describe('a random answer', () => {
  it('has chunks of all types', () => {
    const types = new Set(randomAnswer(chooseBy(1), 5_000, 7).map(({ type }) => type))
    expect([...types].sort()).toMatchInlineSnapshot(`
      [
        "custom",
        "data-x",
        "data-y",
        "file",
        "finish-step",
        "message-metadata",
        "reasoning-delta",
        "reasoning-end",
        "reasoning-file",
        "reasoning-start",
        "reset-step",
        "source-document",
        "source-url",
        "start",
        "start-step",
        "steering-message",
        "text-delta",
        "text-end",
        "text-start",
        "tool-approval-request",
        "tool-approval-response",
        "tool-input-available",
        "tool-input-delta",
        "tool-input-error",
        "tool-input-start",
        "tool-output-available",
        "tool-output-denied",
        "tool-output-error",
      ]
    `)
  })
})
