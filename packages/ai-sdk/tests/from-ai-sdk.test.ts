import { createStreams, memoryStore, type Producer } from '@keepstream/server'
import * as ai6 from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import * as ai5 from 'ai-5'
import { MockLanguageModelV2 } from 'ai-5/test'
import * as ai7 from 'ai-7'
import { MockLanguageModelV4 } from 'ai-7/test'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type AiSdkPart, type AiSdkResult, fromAiSdk } from '../src'

/** The behavior of a provider: its parts, and then its failure, or nothing more until it is aborted. */
interface Provider {
  readonly parts?: readonly object[]
  readonly refuses?: Error
  readonly breaks?: Error
  readonly hangs?: boolean
}

interface Version {
  readonly name: string
  readonly ai: { readonly APICallError: typeof ai6.APICallError }
  /** How its providers say why they stopped. */
  reason(unified: string, raw?: string): unknown
  stream(provider: Provider, abortSignal?: AbortSignal): AiSdkResult
}

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
const usage5 = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
const pair = (unified: string, raw?: string) => ({ unified, raw })

/** The real `streamText` of each major version, over the mock model that comes with it. */
const versions: Version[] = [
  {
    name: '5',
    ai: ai5 as never,
    reason: (unified) => unified,
    stream(provider, abortSignal) {
      const model = new MockLanguageModelV2({ doStream: (call) => answer(provider, call.abortSignal, usage5) as never })
      return ai5.streamText({ model, ...asked, ...(abortSignal && { abortSignal }) })
    },
  },
  {
    name: '6',
    ai: ai6,
    reason: pair,
    stream(provider, abortSignal) {
      const model = new MockLanguageModelV3({ doStream: (call) => answer(provider, call.abortSignal, usage) as never })
      return ai6.streamText({ model, ...asked, ...(abortSignal && { abortSignal }) })
    },
  },
  {
    name: '7',
    ai: ai7 as never,
    reason: pair,
    stream(provider, abortSignal) {
      const model = new MockLanguageModelV4({ doStream: (call) => answer(provider, call.abortSignal, usage) as never })
      return ai7.streamText({ model, ...asked, ...(abortSignal && { abortSignal }) })
    },
  },
]

// Silent, because the SDK's own log is not tested.
const asked = { prompt: 'x', maxRetries: 0, onError: () => undefined }

async function answer(provider: Provider, signal: AbortSignal | undefined, usage: object) {
  const { parts = [], refuses, breaks, hangs } = provider
  if (refuses) throw refuses
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] })
      for (const part of parts) controller.enqueue('finishReason' in part ? { ...part, usage } : part)
      signal?.addEventListener('abort', () => controller.error(signal.reason))
    },
    pull(controller) {
      if (breaks) controller.error(breaks)
      else if (!hangs) controller.close()
    },
  })
  return { stream }
}

const half = [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Half ' },
  { type: 'text-delta', id: '1', delta: 'an answer' },
]

/** From the producer to the reader's state and the calls of `onError`. */
async function ended(producer: Producer) {
  const errors: unknown[] = []
  const streams = createStreams({ store: memoryStore(), onError: (error) => errors.push(error) })
  const id = await streams.createStream()
  await (await streams.stream(new Request('http://server.test/'), id, producer)).text()
  const { text, status, finishReason, error } = await (
    await streams.read(new Request('http://server.test/'), id)
  ).json()
  await streams.close()
  return { text, status, finishReason, error, errors }
}

describe.each(versions)('an answer of streamText of ai $name', ({ ai, reason, stream }) => {
  const finish = (unified: string, raw?: string) => ({ type: 'finish', finishReason: reason(unified, raw) })
  const failure = new Error('the provider failed')

  it.each(['stop', 'length', 'content-filter', 'tool-calls'])(
    'that ends with %s is done, and says so',
    async (word) => {
      const parts = [...half, { type: 'text-end', id: '1' }, finish(word, `raw_${word}`)]
      expect(await ended(() => fromAiSdk(stream({ parts })))).toEqual({
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
    const { errors, ...reported } = await ended(() => fromAiSdk(stream({ refuses: refused })))
    expect(reported).toMatchObject({ text: '', status: 'error', error: 'generation' })
    expect(errors).toEqual([refused])
  })

  it.each<[string, Provider]>([
    ['an error part', { parts: [...half, { type: 'error', error: failure }] }],
    ['an error part and a finish', { parts: [...half, { type: 'error', error: failure }, finish('error')] }],
    ['a broken connection', { parts: half, breaks: failure }],
  ])('that fails in mid-answer with %s is an error with its cause', async (_, provider) => {
    const { errors, ...reported } = await ended(() => fromAiSdk(stream(provider)))
    expect(reported).toMatchObject({ text: 'Half an answer', status: 'error', error: 'generation' })
    expect(errors).toEqual([failure])
  })

  it('whose error is no Error keeps it as the cause', async () => {
    const parts = [...half, { type: 'error', error: 'overloaded' }]
    const { errors } = await ended(() => fromAiSdk(stream({ parts })))
    expect(errors).toMatchObject([{ message: expect.stringContaining('overloaded'), cause: 'overloaded' }])
  })

  it('that is aborted by its own signal is an error', async () => {
    // As `AbortSignal.timeout` does it, without its clock.
    const timeout = new AbortController()
    const { errors, ...reported } = await ended(async function* () {
      const pieces = fromAiSdk(stream({ parts: half, hangs: true }, timeout.signal))
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
      const { errors, ...reported } = await ended(() => fromAiSdk(stream({ parts })))
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
      return fromAiSdk(stream({ parts: half, hangs: true }, signal))
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
    await expect(fromAiSdk({ fullStream: parts() }).next()).rejects.toThrow(/`ai` 5 to 7/)
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
    await expect(fromAiSdk({ fullStream }).next()).rejects.toThrow(/without a finish reason/)
  })

  it('takes the result of each version, and is a producer', () => {
    expectTypeOf<ReturnType<typeof ai5.streamText>>().toExtend<AiSdkResult>()
    expectTypeOf<ReturnType<typeof ai6.streamText>>().toExtend<AiSdkResult>()
    expectTypeOf<ReturnType<typeof ai7.streamText>>().toExtend<AiSdkResult>()
    expectTypeOf<() => ReturnType<typeof fromAiSdk>>().toExtend<Producer>()
  })
})
