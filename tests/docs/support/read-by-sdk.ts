import type Anthropic from '@anthropic-ai/sdk'
import { Stream as AnthropicStream } from '@anthropic-ai/sdk/streaming'
import { anthropic, type Dialect, langGraph, ollama, openAiChat, openAiResponses } from '@keepstream/core/dialects'
import { AIMessageChunk } from '@langchain/core/messages'
import { Client as LangGraphClient } from '@langchain/langgraph-sdk'
import { Ollama } from 'ollama'
import type OpenAI from 'openai'
import { Stream as OpenAIStream } from 'openai/streaming'

/** What is read from a body: its text, and the code of an error that it reports. */
export interface Read {
  text: string
  error?: string
}

type Reader = (response: Response, read: Read) => Promise<void>

const readers = new Map<Dialect, Reader>([
  [openAiChat, readChat],
  [openAiResponses, readResponses],
  [anthropic, readMessages],
  [ollama, readOllama],
  [langGraph, readGraph],
])

/** The dialects whose provider has an SDK here. */
export const hasSdk = (decode: Dialect) => readers.has(decode)

/** Reads a response with the parser of the provider's own SDK. An error that it throws is read too. */
export async function readBySdk(decode: Dialect, response: Response): Promise<Read> {
  const read: Read = { text: '' }
  try {
    await readers.get(decode)?.(response, read)
  } catch (error) {
    const { code, type } = error as { code?: unknown; type?: unknown }
    read.error = String(code ?? type ?? 'provider-error')
  }
  return read
}

async function readChat(response: Response, read: Read): Promise<void> {
  const chunks = OpenAIStream.fromSSEResponse<OpenAI.ChatCompletionChunk>(response, new AbortController())
  for await (const { choices } of chunks)
    for (const { index, delta } of choices) if (index === 0) read.text += (delta.content ?? '') + (delta.refusal ?? '')
}

async function readResponses(response: Response, read: Read): Promise<void> {
  const events = OpenAIStream.fromSSEResponse<OpenAI.Responses.ResponseStreamEvent>(response, new AbortController())
  for await (const event of events) {
    if (event.type === 'response.output_text.delta' || event.type === 'response.refusal.delta') read.text += event.delta
    if (event.type === 'response.failed') read.error = event.response.error?.code ?? ''
    if (event.type === 'error') read.error = event.code ?? 'provider-error'
  }
}

async function readMessages(response: Response, read: Read): Promise<void> {
  const events = AnthropicStream.fromSSEResponse<Anthropic.RawMessageStreamEvent>(response, new AbortController())
  for await (const event of events) {
    if (event.type === 'content_block_start' && event.content_block.type === 'text')
      read.text += event.content_block.text
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') read.text += event.delta.text
  }
}

async function readOllama(response: Response, read: Read): Promise<void> {
  const client = new Ollama({ fetch: async () => response })
  // The lines of a chat and of a generation come out as they are.
  const lines = await client.chat({ model: 'm', stream: true })
  for await (const line of lines as AsyncIterable<{ message?: { content: string }; response?: string }>)
    read.text += line.message?.content ?? line.response ?? ''
}

async function readGraph(response: Response, read: Read): Promise<void> {
  const client = new LangGraphClient({ callerOptions: { fetch: async () => response } })
  const events = client.runs.stream(null, 'agent', { streamMode: ['messages-tuple', 'checkpoints'] })
  for await (const { event, data } of events as AsyncIterable<{ event: string; data: unknown }>) {
    if (event === 'error') read.error = (data as { error: string }).error
    if (event !== 'messages' && !event.startsWith('messages|')) continue
    const [message] = data as [{ type: string; content: AIMessageChunk['content'] }]
    if (message.type === 'ai' || message.type === 'AIMessageChunk') read.text += new AIMessageChunk(message).text
  }
}
