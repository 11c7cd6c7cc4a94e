import { join } from 'node:path'
import { fetchLive, type SourceError } from '@keepstream/core'
import { anthropic, type Dialect, fromDialect, openAiChat, openAiResponses } from '@keepstream/core/dialects'
import { createStreams, type Producer } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Wire, wires } from '../../../packages/core/tests/dialects/wires'
import { extractExamples } from '../../gates/extract-examples.mjs'
import { type Ending, type FakeProviders, startFakeProviders } from '../support/fake-providers'
import { hasSdk, type Read, readBySdk } from '../support/read-by-sdk'

const examples = join(import.meta.dirname, '../../.output/dialect-examples')

let providers: FakeProviders
beforeAll(async () => {
  await extractExamples(examples)
  providers = await startFakeProviders()
})
afterAll(() => providers.close())

const dialects: [path: string, decode: Dialect, reasons: { whole: string; length: string }, code: string][] = [
  ['/chat/completions', openAiChat, { whole: 'stop', length: 'length' }, 'server_error'],
  ['/responses', openAiResponses, { whole: 'completed', length: 'max_output_tokens' }, 'provider-error'],
  ['/v1/messages', anthropic, { whole: 'end_turn', length: 'max_tokens' }, 'overloaded_error'],
]

async function stored(producer: Producer, ending: Ending) {
  providers.ending = ending
  const errors: unknown[] = []
  const streams = createStreams({ store: memoryStore(), onError: (error) => errors.push(error) })
  const id = await streams.createStream()
  await (await streams.stream(new Request('http://server.test/'), id, producer)).text()
  const { text, status, finishReason } = await streams.getStreamBody(id)
  await streams.close()
  return { outcome: { text, status, finishReason }, errors }
}

describe.each(dialects)('a provider on loopback at %s', (path, decode, reasons, code) => {
  const produce: Producer = async ({ signal }) => fromDialect(await fetch(providers.url + path, { signal }), decode)

  it.each(['whole', 'length'] as const)(
    'is read by a producer with the finish reason of a %s answer',
    async (ending) => {
      const { outcome, errors } = await stored(produce, ending)
      const text = ending === 'whole' ? 'Half and half' : 'Half '
      expect([outcome, errors]).toEqual([{ text, status: 'done', finishReason: reasons[ending] }, []])
    },
  )

  it.each(['cut', 'no reason', 'error'] as const)('ends a stream as `error` for this answer: %s', async (ending) => {
    const { outcome, errors } = await stored(produce, ending)
    expect(outcome).toEqual({ text: 'Half ', status: 'error' })
    expect(errors).toHaveLength(1)
    if (ending === 'error') expect(errors[0]).toMatchObject({ serverCode: code, cause: { message: 'overloaded' } })
  })

  it('ends a stream as `error` for a wrong key', async () => {
    const { outcome, errors } = await stored(produce, 'refused')
    expect(outcome).toEqual({ text: '', status: 'error' })
    expect(errors[0]).toMatchObject({ serverCode: 'authentication_error' })
  })

  it.each(['whole', 'length', 'cut', 'no reason', 'error'] as const)(
    'is read by a live source of the client, which gets no end of an answer that was cut: %s',
    async (ending) => {
      providers.ending = ending
      const ends: unknown[] = []
      let text = ''
      const live = fetchLive({ url: providers.url + path, decode })
      const request = { id: 'a', offset: 0, signal: new AbortController().signal }
      await live
        .open(request, { chunk: (chunk) => (text += chunk.text), end: (end) => ends.push(end), alive() {} })
        .catch((error: unknown) => expect(ending).toBe(error ? 'cut' : ''))
      expect(text).toBe(ending === 'whole' ? 'Half and half' : 'Half ')
      const end = text.length
      if (ending === 'error') expect(ends).toEqual([{ end, status: 'error', error: code }])
      else if (ending === 'whole' || ending === 'length')
        expect(ends).toEqual([{ end, status: 'done', finishReason: reasons[ending] }])
      else expect(ends).toEqual([])
    },
  )
})

describe('the examples of docs/dialects.md', () => {
  const load = (file: string) => import(/* @vite-ignore */ `${examples}/react/docs-dialects/${file}.ts`)

  it('has a producer that reads a whole answer, and fails for one that was cut', async () => {
    const { answer } = await load('producer')
    const produce: Producer = ({ signal }) => answer(providers.url, 'key', 'x', signal)
    expect((await stored(produce, 'whole')).outcome).toEqual({
      text: 'Half and half',
      status: 'done',
      finishReason: 'stop',
    })
    expect((await stored(produce, 'cut')).outcome).toEqual({ text: 'Half ', status: 'error' })
  })

  it('has a client that can be created', async () => {
    const { createClient } = await load('live')
    expect(createClient('/api').stream('a').$state.get()).toMatchObject({ text: '', status: 'pending' })
  })
})

const responseOf = ({ body, type }: Wire) => new Response(body, { headers: { 'content-type': type } })

async function readByDialect(wire: Wire): Promise<Read> {
  const read: Read = { text: '' }
  try {
    const { decode } = wire
    const response = responseOf(wire)
    for await (const text of fromDialect(response, decode)) read.text += text
  } catch (error) {
    const { serverCode } = error as SourceError
    if (serverCode !== undefined) read.error = serverCode
  }
  return read
}

describe("a body of a provider's format", () => {
  /**
   * What the SDK passes on for the application to judge (blocks of other servers, keep-alives, a reason that is an error), and
   * what LangGraph's reads otherwise: it drops strings in a list, and refuses data that is not JSON in any event.
   */
  const ownRules = /content blocks|keep-alives|an error as its reason|strings in a list|other modes/
  const same = wires.filter(({ name, decode }) => hasSdk(decode) && !ownRules.test(name))

  it.each(same)("gives the same text and error as with the provider's SDK. $name", async (wire) => {
    expect(await readByDialect(wire)).toEqual(await readBySdk(wire.decode, responseOf(wire)))
  })
})
