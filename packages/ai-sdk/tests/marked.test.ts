import { message, parts } from '@keepstream/core/fold'
import { createMarkEncoder, plainText } from '@keepstream/core/marks'
import * as ai6 from 'ai'
import type * as ai5 from 'ai-5'
import type * as ai7 from 'ai-7'
import { describe, expect, it } from 'vitest'
import { fromAiSdk } from '../src'
import { type Provider, versions } from './support/versions'

/** All that a producer yields, and what it returns. */
async function read(pieces: AsyncGenerator<string, { readonly finishReason: string }, void>) {
  let text = ''
  for (;;) {
    const step = await pieces.next()
    if (step.done) return { text, ...step.value }
    expect(step.value).not.toBe('')
    text += step.value
  }
}

const isType = (type: string) => (part: { readonly type: string }) => part.type === type

describe.each(versions)('marked text of an answer of ai $name', ({ name, reason, stream, agent }) => {
  const finish = (word: string) => ({ type: 'finish', finishReason: reason(word, word) })
  const call = [
    { type: 'tool-input-start', id: 'c', toolName: 'weather' },
    { type: 'tool-input-delta', id: 'c', delta: '{"city":' },
    { type: 'tool-input-delta', id: 'c', delta: '"Bern\x1e"}' },
    { type: 'tool-input-end', id: 'c' },
    { type: 'tool-call', toolCallId: 'c', toolName: 'weather', input: '{"city":"Bern"}' },
  ]
  const say = (id: string, ...words: string[]) => [
    { type: 'text-start', id },
    ...words.map((delta) => ({ type: 'text-delta', id, delta })),
    { type: 'text-end', id },
  ]
  const provider: Provider = {
    parts: [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r', providerMetadata: { p: { signature: 's' } } },
      ...say('0', 'Let me ', 'look. '),
      ...call,
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.test', title: 'x' },
      finish('tool-calls'),
    ],
    steps: [[...say('0', 'It is 18 ', 'degrees.\x1e\n'), finish('stop')]],
  }

  it.each(['stream', 'agent'] as const)(
    'folds to the parts that the SDK itself makes of it, from a %s',
    async (kind) => {
      const open = async () => (kind === 'stream' ? stream(provider) : agent(provider))
      const options = { sendSources: true }
      const { text, finishReason } = await read(fromAiSdk(await open(), options))
      let last: unknown
      for await (const next of ai6.readUIMessageStream({ stream: (await open()).toUIMessageStream(options) as never }))
        last = next
      expect(finishReason).toBe('stop')
      expect(message().ofText(text)).toEqual(last)
      expect(
        parts()
          .ofText(text)
          .map(({ type }) => type),
      ).toEqual(expect.arrayContaining(['step-start', 'reasoning', 'text', 'tool-weather', 'source-url']))
      expect(plainText(text)).toBe('Let me look. It is 18 degrees.\x1e\n')
      expect((await read(fromAiSdk(await open(), { textOnly: true }))).text).toBe(plainText(text))
    },
  )

  it('passes options on, and keeps the usage that messageMetadata sends', async () => {
    const { text } = await read(
      fromAiSdk(stream(provider), {
        sendReasoning: false,
        generateMessageId: () => 'm',
        messageMetadata: ({ part }) => (part.type === 'finish' ? { usage: part.totalUsage } : undefined),
      }),
    )
    const folded = message().ofText(text)
    expect(folded.id).toBe('m')
    expect(folded.metadata).toMatchObject({ usage: { inputTokens: 2 } })
    // Version 5 still sends where the reasoning would stand.
    expect(text).not.toContain('Hm.')
  })

  it('yields each delta before the next one comes', async () => {
    let send: (part: object) => void = () => {}
    const live = new ReadableStream<object>({
      start(controller) {
        send = (part) => controller.enqueue(part)
      },
    })
    const pieces = fromAiSdk(stream({ live }))
    for (const part of [
      { type: 'stream-start', warnings: [] },
      { type: 'text-start', id: '0' },
    ])
      send(part)
    for (const delta of ['one', ' two', ' three']) {
      send({ type: 'text-delta', id: '0', delta })
      let piece = await pieces.next()
      while (!piece.done && piece.value.startsWith('\x1e')) piece = await pieces.next()
      expect(piece.value).toBe(delta)
    }
    await pieces.return({ finishReason: 'none' })
  })

  it.each([
    [
      'an error part',
      [{ type: 'error', error: new Error('the provider failed') }, finish('error')],
      'the provider failed',
    ],
    ['the finish reason error', [finish('error')], 'with an error'],
  ])('has no mark for %s, which is thrown instead', async (_, end, reported) => {
    let text = ''
    const reading = async () => {
      for await (const piece of fromAiSdk(stream({ parts: [...say('0', 'Half'), ...end] }))) text += piece
    }
    await expect(reading()).rejects.toThrow(reported)
    expect(plainText(text)).toBe('Half')
    expect(text).not.toMatch(/"(error|finish)"/)
  })

  it('fails for a file that is too long for a mark, by its name', async () => {
    const data = 'x'.repeat(1_100_000)
    const file = { type: 'file', mediaType: 'image/png', data: name === '7' ? { type: 'data', data } : data }
    const reading = read(fromAiSdk(stream({ parts: [file, finish('stop')] })))
    await expect(reading).rejects.toMatchObject({ code: 'invalid-option', message: expect.stringContaining('"file"') })
  })

  it('goes on with a text that stands already', async () => {
    const encoder = createMarkEncoder()
    const before = ['text-start', 'reasoning-start'].map((type) => encoder.push({ type, id: 'old' })).join('')
    const answer = [
      { type: 'text-start', id: '0' },
      { type: 'text-start', id: '1' },
    ]
    const more = ['0', '1', '0'].map((id) => ({ type: 'text-delta', id, delta: id }))
    const { text } = await read(fromAiSdk(stream({ parts: [...answer, ...more, finish('stop')] }), { before }))
    expect(
      parts()
        .ofText(before + text)
        .filter(isType('text')),
    ).toMatchObject([{ text: '' }, { text: '00' }, { text: '1' }])
  })

  it('costs at most 1.3 times the bytes of what was said, for 400 tokens and one call', async () => {
    const sentence = [
      'The',
      ' weather',
      ' in',
      ' Bern',
      ' is',
      ' mild',
      ',',
      ' with',
      ' 18',
      ' degrees',
      ' at',
      ' noon',
      '.',
      ' ',
    ]
    const tokens = Array.from({ length: 400 }, (_, index) => sentence[index % sentence.length] as string)
    const answer: Provider = {
      parts: [...call, finish('tool-calls')],
      steps: [[...say('0', ...tokens), finish('stop')]],
    }
    const { text } = await read(fromAiSdk(stream(answer)))
    const raw = `{"city":"Bern"}${JSON.stringify({ city: 'Bern', degrees: 18 })}${tokens.join('')}`
    const ratio = Buffer.byteLength(text) / Buffer.byteLength(raw)
    expect(ratio).toBeLessThanOrEqual(1.3)
  })
})

describe('fromAiSdk', () => {
  it('says what is missing if the result cannot be marked', async () => {
    async function* none() {}
    await expect(fromAiSdk({ fullStream: none() }).next()).rejects.toThrow(/toUIMessageStream.*textOnly/)
  })

  it('takes the options of each version', () => {
    const check = (
      five: ReturnType<typeof ai5.streamText>,
      six: ReturnType<typeof ai6.streamText>,
      seven: ReturnType<typeof ai7.streamText>,
    ) => {
      fromAiSdk(five, { sendReasoning: false, messageMetadata: ({ part }) => part.type })
      fromAiSdk(six, { textOnly: true })
      fromAiSdk(seven, { onError: (error) => String(error) })
      // @ts-expect-error an option that no version has
      fromAiSdk(six, { sendEverything: true })
    }
    expect(check).toBeTypeOf('function')
  })
})
