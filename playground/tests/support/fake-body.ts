import type { FetchLike } from '@keepstream/react'
import { createFaultyNetwork } from '../../src/faults/faulty-network'

export const text = 'A text of some length: ünï¢ødé, 😀, and so on. '.repeat(8)
export const bytes = new TextEncoder().encode(text)

/** A body with content of the test, which records how often it was read and whether it was canceled. */
export function source() {
  const seen = { reads: 0, isCancelled: false }
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (own) => {
        controller = own
      },
      pull: () => {
        seen.reads++
      },
      cancel: () => {
        seen.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return {
    seen,
    body,
    send: (chunk: Uint8Array<ArrayBuffer>) => controller?.enqueue(chunk),
    end: () => controller?.close(),
  }
}

/** Records each request, and responds with the body. */
export function serve(body: BodyInit | null, init?: ResponseInit) {
  const asked: RequestInit[] = []
  const fetch: FetchLike = async (_, init_) => {
    asked.push(init_)
    return new Response(body, init)
  }
  return { asked, network: createFaultyNetwork(fetch) }
}

export async function piecesOf(response: Response) {
  const pieces: Uint8Array[] = []
  const reader = response.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done || value === undefined) return pieces
    pieces.push(value)
  }
}
