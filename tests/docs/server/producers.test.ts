import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { createStreams, type Producer } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { ChatAnthropic } from '@langchain/anthropic'
import { ChatOpenAI } from '@langchain/openai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractExamples } from '../../gates/extract-examples.mjs'
import { type Ending, type FakeProviders, startFakeProviders } from '../support/fake-providers'

const examples = join(import.meta.dirname, '../../.output/producer-examples')

let providers: FakeProviders
beforeAll(async () => {
  await extractExamples(examples)
  providers = await startFakeProviders()
})
afterAll(() => providers.close())

type Answer = (client: unknown, prompt: string, signal: AbortSignal) => ReturnType<Producer>

/** The adapters of the page, with the real SDKs. */
const sdks: [name: string, file: string, client: () => unknown, reasons: { whole: string; length: string }][] = [
  ['OpenAI, chat completions', 'openai-chat', openai, { whole: 'stop', length: 'length' }],
  ['OpenAI, responses', 'openai-responses', openai, { whole: 'completed', length: 'max_output_tokens' }],
  ['Anthropic', 'anthropic', anthropic, { whole: 'end_turn', length: 'max_tokens' }],
  ['LangChain with OpenAI', 'langchain', chatOpenAI, { whole: 'stop', length: 'length' }],
  ['LangChain with Anthropic', 'langchain', chatAnthropic, { whole: 'end_turn', length: 'max_tokens' }],
]

function openai() {
  return new OpenAI({ apiKey: 'k', baseURL: providers.url, maxRetries: 0 })
}
function anthropic() {
  return new Anthropic({ apiKey: 'k', baseURL: providers.url, maxRetries: 0 })
}
function chatOpenAI() {
  return new ChatOpenAI({ apiKey: 'k', model: 'a-model', maxRetries: 0, configuration: { baseURL: providers.url } })
}
function chatAnthropic() {
  return new ChatAnthropic({ apiKey: 'k', model: 'a-model', maxRetries: 0, anthropicApiUrl: providers.url })
}

async function outcome(producer: Producer, ending: Ending) {
  providers.ending = ending
  const errors: unknown[] = []
  const streams = createStreams({ store: memoryStore(), onError: (error) => errors.push(error) })
  const id = await streams.createStream()
  await (await streams.stream(new Request('http://server.test/'), id, producer)).text()
  const { text, status, finishReason } = await streams.getStreamBody(id)
  await streams.close()
  return { text, status, finishReason, errors: errors.length }
}

describe.each(sdks)('the adapter of docs/producers.md for %s', (_, file, client, reasons) => {
  async function producer(): Promise<Producer> {
    const { answer } = (await import(/* @vite-ignore */ `${examples}/react/docs-producers/${file}.ts`)) as {
      answer: Answer
    }
    return ({ signal }) => answer(client(), 'x', signal)
  }

  it.each(['whole', 'length'] as const)('reports why a %s answer ended', async (ending) => {
    const text = ending === 'whole' ? 'Half and half' : 'Half '
    const expected = { text, status: 'done', finishReason: reasons[ending], errors: 0 }
    expect(await outcome(await producer(), ending)).toEqual(expected)
  })

  it.each(['cut', 'no reason', 'error'] as const)(
    'ends with the status `error` for this answer: %s',
    async (ending) => {
      expect(await outcome(await producer(), ending)).toEqual({ text: 'Half ', status: 'error', errors: 1 })
    },
  )

  it('ends with the status `error` for a wrong key', async () => {
    expect(await outcome(await producer(), 'refused')).toEqual({ text: '', status: 'error', errors: 1 })
  })
})
