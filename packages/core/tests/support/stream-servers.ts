import {
  request as ask,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { FRAMED, framed } from './wire'

export const STEP_MS = 60
const STEPS = 8
export const SECRET = 'a-secret-token'

const close: (() => void)[] = []
afterAll(() => {
  for (const one of close) one()
})

/** A server until the test file is over. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The headers of a stream. */
export const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
}

/** Writes a stream of events as it is generated, each with some of the secret text. */
export function writeEvents(
  response: ServerResponse,
  { hasEnd = true, head = headers as Record<string, string> } = {},
) {
  response.writeHead(200, head)
  response.write('event: status\ndata: {"status":"streaming"}\n\n')
  let step = 0
  const timer = setInterval(() => {
    if (++step < STEPS) {
      response.write(`id: 1.${step}\ndata: "${SECRET}"\n\n`)
      return
    }
    clearInterval(timer)
    response.end(hasEnd ? 'event: end\ndata: {"status":"done"}\n\n' : '')
  }, STEP_MS)
  response.on('close', () => clearInterval(timer))
}

/** The same as framed text, with a mark before every third part. */
export function writeFramed(response: ServerResponse, { hasMarks = true, type = FRAMED, steps = 12 } = {}) {
  response.writeHead(200, { ...headers, 'content-type': type })
  response.write(framed.grows(0))
  let step = 0
  const timer = setInterval(() => {
    if (++step < steps) {
      if (hasMarks && step % 3 === 0) response.write(framed.mark)
      response.write(SECRET)
      return
    }
    clearInterval(timer)
    response.end(framed.end((steps - 1) * SECRET.length))
  }, STEP_MS)
  response.on('close', () => clearInterval(timer))
}

/** A proxy in front of such a server. */
export async function proxy(
  pass: (answer: IncomingMessage, response: ServerResponse) => void,
  write: (response: ServerResponse) => void = writeEvents,
): Promise<string> {
  const origin = new URL(await listen((_, response) => write(response)))
  return listen((_, response) => {
    const upstream = ask(origin, (answer) => pass(answer, response))
    // A reader that leaves early is no failure of the proxy.
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    upstream.end()
  })
}
