import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the provider's response ends. */
export type Ending = 'whole' | 'length' | 'cut' | 'no reason' | 'error' | 'refused'

export interface FakeProviders {
  readonly url: string
  /** How the next responses end. Each begins with `Half `, and only a whole one continues. */
  ending: Ending
  close(): Promise<void>
}

const event = (data: object | string, name?: string) =>
  `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

const chunk = (content: string, finish_reason: string | null = null) =>
  event({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason }] })

const responses = (type: string, facts: object) => event({ type, sequence_number: 1, ...facts }, type)
const delta = (text: string) => responses('response.output_text.delta', { delta: text, item_id: 'i', output_index: 0 })

const message = (type: string, facts: object) => event({ type, ...facts }, type)
const block = (text: string) => message('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })
const opened = { id: 'm', type: 'message', role: 'assistant', content: [], model: 'm', usage: { input_tokens: 1 } }
const stop = (stop_reason: string) =>
  message('message_delta', { delta: { stop_reason }, usage: { output_tokens: 1 } }) + message('message_stop', {})

type Endings = { readonly begin: string } & Readonly<Record<'whole' | 'length' | 'error', string>>

/** The formats, as the real providers write them. */
const formats: Record<string, Endings> = {
  '/chat/completions': {
    begin: chunk('Half '),
    whole: chunk('and half') + chunk('', 'stop') + event('[DONE]'),
    length: chunk('', 'length') + event('[DONE]'),
    error: event({ error: { message: 'overloaded', type: 'server_error' } }),
  },
  '/responses': {
    begin: delta('Half '),
    whole: delta('and half') + responses('response.completed', { response: { id: 'r', output: [] } }),
    length: responses('response.incomplete', {
      response: { id: 'r', output: [], incomplete_details: { reason: 'max_output_tokens' } },
    }),
    error: responses('response.failed', { response: { id: 'r', output: [], error: { message: 'overloaded' } } }),
  },
  '/v1/messages': {
    begin:
      message('message_start', { message: opened }) +
      message('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }) +
      block('Half '),
    whole: block('and half') + stop('end_turn'),
    length: stop('max_tokens'),
    error: message('error', { error: { type: 'overloaded_error', message: 'overloaded' } }),
  },
}

/** Starts a server with the formats of OpenAI and Anthropic. A test controls how its responses end. */
export async function startFakeProviders(): Promise<FakeProviders> {
  const server = createServer((request, response) => {
    const format = formats[new URL(request.url ?? '', 'http://provider.test').pathname]
    const { ending } = providers
    if (!format || ending === 'refused') {
      response.writeHead(401, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ type: 'error', error: { message: 'wrong key', type: 'authentication_error' } }))
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write(format.begin, () =>
      // The beginning is sent, so what follows arrives separately.
      setImmediate(() => {
        if (ending === 'cut') response.destroy()
        else response.end(ending === 'no reason' ? '' : format[ending])
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const providers: FakeProviders = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ending: 'whole',
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return providers
}
