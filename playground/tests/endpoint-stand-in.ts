import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface StandInRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: { model: string; stream: boolean; messages: { role: string; content: string }[] }
}

/** A server with the chat completions format, whose responses the test controls. */
export interface StandIn {
  readonly url: string
  readonly requests: readonly StandInRequest[]
  /** The response to the next requests. */
  answer: (response: ServerResponse) => unknown
  close(): Promise<void>
}

export async function startStandIn(): Promise<StandIn> {
  const requests: StandInRequest[] = []
  const server = createServer(async (request, response) => {
    response.socket?.setNoDelay()
    requests.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(await text(request)) })
    await standIn.answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    answer: (response) => response.writeHead(500).end(),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return standIn
}

/** One event of a streamed completion. */
export function completion(content: string | undefined, finishReason: string | null = null): string {
  const delta = content === undefined ? {} : { content }
  const choices = [{ index: 0, delta, finish_reason: finishReason }]
  return event(JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices }))
}

export function event(data: string): string {
  return `data: ${data}\n\n`
}

/** Resolves when the bytes were sent, so that the next write is sent separately. */
export function write(response: ServerResponse, bytes: string | Uint8Array): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  return new Promise((resolve) => response.write(bytes, () => setImmediate(resolve)))
}
