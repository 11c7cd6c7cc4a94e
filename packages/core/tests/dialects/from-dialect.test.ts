import { SourceError, type SseEvent } from '@keepstream/core'
import {
  anthropic,
  type Dialect,
  fromDialect,
  ndjson,
  ollama,
  openAiChat,
  openAiResponses,
} from '@keepstream/core/dialects'
import { describe, expect, it } from 'vitest'
import { bodyOf, json, openBody } from '../support/fake-fetch'
import { produced } from './read-wire'

const SSE = 'text/event-stream'
const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
const stop = (reason = 'stop') => `data: {"choices":[{"index":0,"delta":{},"finish_reason":"${reason}"}]}\n\n`
const done = 'data: [DONE]\n\n'

const failure = (source: Parameters<typeof fromDialect>[0], decode: Dialect) =>
  fromDialect(source, decode)
    .next()
    .then(
      ({ value }) => expect.fail(`it returned ${JSON.stringify(value)}`),
      (error: unknown) => error as SourceError,
    )

describe('fromDialect', () => {
  it('reads a body of events, and events that were read already', async () => {
    const body = bodyOf([delta('Hel'), stop('length'), done]).body as ReadableStream<Uint8Array>
    expect(await produced(body, openAiChat)).toEqual({ text: 'Hel', status: 'done', finishReason: 'length' })

    async function* events(): AsyncGenerator<SseEvent> {
      yield {
        data: '{"type":"message_delta","delta":{"stop_reason":"end_turn"}}',
        event: 'message_delta',
        id: undefined,
      }
      yield { data: '{"type":"message_stop"}', event: 'message_stop', id: undefined }
    }
    const outcome = { text: '', status: 'done', finishReason: 'end_turn' }
    expect(await produced(events(), anthropic)).toEqual(outcome)
    const stream = new ReadableStream<SseEvent>({
      async start(controller) {
        for await (const event of events()) controller.enqueue(event)
        controller.close()
      },
    })
    expect(await produced(stream, anthropic)).toEqual(outcome)
  })

  it('reads what your own `decode` of fetchLive reads', async () => {
    const answer = fromDialect(bodyOf(['data: Hel\n\ndata: lo\n\n', done], SSE), ({ data }) => data)
    expect([await answer.next(), await answer.next(), await answer.next()]).toEqual([
      { done: false, value: 'Hel' },
      { done: false, value: 'lo' },
      { done: true, value: {} },
    ])
  })

  it('yields each text as it arrives, and asks for no more than is consumed', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>(
      { pull: (controller) => controller.enqueue(new TextEncoder().encode(delta(`${pulled++}`))) },
      { highWaterMark: 0 },
    )
    const answer = fromDialect(body, openAiChat)
    expect(pulled).toBe(0)
    expect([(await answer.next()).value, pulled]).toEqual(['0', 1])
    expect([(await answer.next()).value, pulled]).toEqual(['1', 2])
  })

  it('releases the body when it is left, and after an end or an error', async () => {
    const left = openBody(SSE)
    left.send(delta('Hel'))
    for await (const text of fromDialect(left.response, openAiChat)) {
      expect(text).toBe('Hel')
      break
    }
    expect(left.isCancelled).toBe(true)

    for (const last of [stop() + done, 'data: {"error":{"message":"Bad"}}\n\n', 'data: {\n\n']) {
      const open = openBody(SSE)
      open.send(delta('Hel') + last)
      const answer = fromDialect(open.response, openAiChat)
      await answer.next()
      await answer.next().catch(() => {})
      expect(open.isCancelled).toBe(true)
    }
  })

  it('throws what the body rejects with if the connection breaks, also after the finish reason', async () => {
    const open = openBody(SSE)
    open.send(delta('Hel') + stop())
    const answer = fromDialect(open.response, openAiChat)
    expect((await answer.next()).value).toBe('Hel')
    open.cut()
    await expect(answer.next()).rejects.toThrow(new TypeError('terminated'))
  })

  it('throws for an answer without its end marker', async () => {
    const error = await failure(bodyOf([], SSE), openAiChat)
    expect(error).toBeInstanceOf(SourceError)
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('may have been cut') })
  })

  it('takes an event that was cut for no text and no failure of the format', async () => {
    expect(await failure(bodyOf(['data: {"choices":[{"index":0,"del'], SSE), openAiChat)).toMatchObject({
      code: 'network',
    })
    const answer = fromDialect(bodyOf(['data: Hello\n\ndata: wor'], SSE), ({ data }) => data)
    expect((await answer.next()).value).toBe('Hello')
    await expect(answer.next()).rejects.toMatchObject({ code: 'network' })
  })

  it('throws what a provider reports, with its code, its words and all of it as the cause', async () => {
    const reported = { type: 'overloaded_error', message: 'Overloaded' }
    const body = bodyOf([`event: error\ndata: ${JSON.stringify({ type: 'error', error: reported })}\n\n`], SSE)
    expect(await failure(body, anthropic)).toMatchObject({
      code: 'server',
      serverCode: 'overloaded_error',
      message: '@keepstream/core: the provider reported overloaded_error: Overloaded',
      cause: reported,
    })
  })

  it('throws for an event that is not JSON, and does not skip it', async () => {
    expect(await failure(bodyOf(['data: {"choices":\n\n', stop(), done], SSE), openAiChat)).toBeInstanceOf(SyntaxError)
  })

  it.each([
    ['stop sequence', 'stop-sequence'],
    ['content_filter: SAFETY', 'content_filter:-SAFETY'],
    ['長さ', '-'],
    ['x'.repeat(99), 'x'.repeat(64)],
  ])('returns a finish reason that a stream can keep: %s', async (reason, kept) => {
    expect(await produced(bodyOf([stop(reason), done], SSE), openAiChat)).toMatchObject({ finishReason: kept })
  })
})

describe('fromDialect with a response that is no stream', () => {
  const reasons: [name: string, decode: Dialect, body: object, code: string, words: string][] = [
    [
      'OpenAI',
      openAiChat,
      { error: { message: 'Wrong key', type: 'x', code: 'invalid_api_key' } },
      'invalid_api_key',
      ': Wrong key',
    ],
    [
      'OpenAI',
      openAiResponses,
      { error: { message: 'Wrong key', code: 'invalid_api_key' } },
      'invalid_api_key',
      ': Wrong key',
    ],
    [
      'Anthropic',
      anthropic,
      { type: 'error', error: { type: 'rate_limit_error', message: 'Slow' } },
      'rate_limit_error',
      ': Slow',
    ],
    [
      'a gateway',
      anthropic,
      { error: { type: 'authentication_error', message: 'No' } },
      'authentication_error',
      ': No',
    ],
    ['Ollama', ollama, { error: 'model not found' }, 'provider-error', ': model not found'],
    ['a backend', ndjson, { error: 'too-many' }, 'too-many', ''],
  ]

  it.each(reasons)('throws the reason of a refusal of %s', async (_, decode, body, serverCode, words) => {
    const error = await failure(json(body, { status: 429 }), decode)
    const message = `@keepstream/core: the provider returned 429, ${serverCode}${words}`
    expect(error).toMatchObject({ code: 'server', serverCode, message })
  })

  it.each([
    ['a page', '<h1>Bad gateway</h1>'],
    ['JSON without a reason', '{}'],
    ['a text that is too long', JSON.stringify({ error: 'x'.repeat(20_000) })],
  ])('throws the status of a refusal with %s', async (_, body) => {
    const error = await failure(new Response(body, { status: 502 }), openAiChat)
    expect(error).toMatchObject({ code: 'server', message: '@keepstream/core: the provider returned 502' })
    expect(error.serverCode).toBeUndefined()
  })

  it.each(['text/html', 'application/json', 'text/plain'])('throws for %s, and releases its body', async (type) => {
    const open = openBody(type)
    const error = await failure(open.response, openAiChat)
    expect(error).toMatchObject({ code: 'server', message: expect.stringContaining(type) })
    expect(open.isCancelled).toBe(true)
  })

  it('throws for a response without a body', async () => {
    expect(await failure(new Response(null, { headers: { 'content-type': SSE } }), openAiChat)).toMatchObject({
      code: 'server',
    })
  })
})
