import { plainText } from '@keepstream/core/marks'
import { createStreams, memoryStore, type Producer } from '@keepstream/server'
import type * as ai6 from 'ai'
import type * as ai5 from 'ai-5'
import type * as ai7 from 'ai-7'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type AiSdkPart, type AiSdkResult, fromAiSdk } from '../src'
import { half, type Provider, versions } from './support/versions'

/** From the producer to the prose and the state of the reader, and the calls of `onError`. */
async function ended(producer: Producer) {
  const errors: unknown[] = []
  const streams = createStreams({ store: memoryStore(), onError: (error) => errors.push(error) })
  const id = await streams.createStream()
  await (await streams.stream(new Request('http://server.test/'), id, producer)).text()
  const { text, status, finishReason, error } = await (
    await streams.read(new Request('http://server.test/'), id)
  ).json()
  await streams.close()
  return { text: plainText(text), status, finishReason, error, errors }
}

const modes = [
  { mode: 'marked text', textOnly: false },
  { mode: 'text only', textOnly: true },
]
const cases = versions.flatMap((version) => modes.map((mode) => ({ ...version, ...mode })))

describe.each(cases)('an answer of streamText of ai $name as $mode', ({ ai, reason, stream, textOnly }) => {
  const read = (result: AiSdkResult) => fromAiSdk(result, { textOnly })
  const finish = (unified: string, raw?: string) => ({ type: 'finish', finishReason: reason(unified, raw) })
  const failure = new Error('the provider failed')

  it.each(['stop', 'length', 'content-filter', 'tool-calls'])(
    'that ends with %s is done, and says so',
    async (word) => {
      const parts = [...half, { type: 'text-end', id: '1' }, finish(word, `raw_${word}`)]
      expect(await ended(() => read(stream({ parts })))).toEqual({
        text: 'Half an answer',
        status: 'done',
        finishReason: word,
        errors: [],
      })
    },
  )

  it('that was refused, for a wrong key for one, is an error with its cause', async () => {
    const facts = { message: 'Incorrect API key', url: 'http://provider.test', requestBodyValues: {}, statusCode: 401 }
    const refused = new ai.APICallError(facts)
    const { errors, ...reported } = await ended(() => read(stream({ refuses: refused })))
    expect(reported).toMatchObject({ text: '', status: 'error', error: 'generation' })
    expect(errors).toEqual([refused])
  })

  it.each<[string, Provider]>([
    ['an error part', { parts: [...half, { type: 'error', error: failure }] }],
    ['an error part and a finish', { parts: [...half, { type: 'error', error: failure }, finish('error')] }],
    ['a broken connection', { parts: half, breaks: failure }],
  ])('that fails in mid-answer with %s is an error with its cause', async (_, provider) => {
    const { errors, ...reported } = await ended(() => read(stream(provider)))
    expect(reported).toMatchObject({ text: 'Half an answer', status: 'error', error: 'generation' })
    expect(errors).toEqual([failure])
  })

  it('whose error is no Error keeps it as the cause', async () => {
    const parts = [...half, { type: 'error', error: 'overloaded' }]
    const { errors } = await ended(() => read(stream({ parts })))
    expect(errors).toMatchObject([{ message: expect.stringContaining('overloaded'), cause: 'overloaded' }])
  })

  it('that is aborted by its own signal is an error', async () => {
    // As `AbortSignal.timeout` does it, without its clock.
    const timeout = new AbortController()
    const { errors, ...reported } = await ended(async function* () {
      const pieces = read(stream({ parts: half, hangs: true }, timeout.signal))
      for (;;) {
        const step = await pieces.next()
        if (step.done) return step.value
        yield step.value
        timeout.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
      }
    })
    expect(reported).toMatchObject({ status: 'error', error: 'generation' })
    expect(errors).toMatchObject([{ message: expect.stringContaining('aborted') }])
  })

  it('that ends without a finish, or with the finish reason error, is an error', async () => {
    const untold = reason('other') === 'other' ? 'unknown' : 'other'
    for (const [parts, message] of [
      [half, /without a finish reason/],
      [[...half, finish(untold)], /without a finish reason/],
      [[...half, finish('error', 'MALFORMED')], /with an error/],
    ] as const) {
      const { errors, ...reported } = await ended(() => read(stream({ parts })))
      expect(reported).toMatchObject({ text: 'Half an answer', status: 'error', error: 'generation' })
      expect(errors).toMatchObject([{ message: expect.stringMatching(message) }])
    }
  })

  it('is cancelled when the stream is stopped', async () => {
    let isAborted = false
    const streams = createStreams({ store: memoryStore() })
    const id = await streams.createStream()
    const producer: Producer = ({ signal }) => {
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      return read(stream({ parts: half, hangs: true }, signal))
    }
    const reader = (await streams.stream(new Request('http://server.test/'), id, producer)).body?.getReader()
    await reader?.read()
    expect(await streams.stopStream(id)).toMatchObject({ status: 'stopped' })
    expect(isAborted).toBe(true)
    await streams.close()
  })

  it('as its textStream would have been done, truncated, for each of these', async () => {
    const failures: Provider[] = [{ refuses: failure }, { parts: [...half, { type: 'error', error: failure }] }]
    for (const provider of failures) {
      const result = stream(provider) as unknown as { readonly textStream: AsyncIterable<string> }
      expect(await ended(() => result.textStream)).toMatchObject({ status: 'done', errors: [] })
    }
  })
})

describe('fromAiSdk', () => {
  it('refuses a stream of another shape', async () => {
    async function* parts(): AsyncGenerator<AiSdkPart> {
      yield { type: 'text-delta' }
    }
    await expect(fromAiSdk({ fullStream: parts() }, { textOnly: true }).next()).rejects.toThrow(/`ai` 5 to 7/)
  })

  it.each([
    ['nothing', []],
    ['a finish without a reason', [{ type: 'finish' }]],
    ['a finish whose reason is an object', [{ type: 'finish', finishReason: { unified: 'stop' } }]],
    ['an interrupted provider', [{ type: 'finish', finishReason: 'interrupted' }]],
  ])('takes %s for a cut', async (_, parts) => {
    const fullStream = (async function* () {
      yield* parts
    })()
    await expect(fromAiSdk({ fullStream }, { textOnly: true }).next()).rejects.toThrow(/without a finish reason/)
  })

  it('takes the result of each version, and is a producer', () => {
    expectTypeOf<ReturnType<typeof ai5.streamText>>().toExtend<AiSdkResult>()
    expectTypeOf<ReturnType<typeof ai6.streamText>>().toExtend<AiSdkResult>()
    expectTypeOf<ReturnType<typeof ai7.streamText>>().toExtend<AiSdkResult>()
    expectTypeOf<() => ReturnType<typeof fromAiSdk>>().toExtend<Producer>()
  })
})
