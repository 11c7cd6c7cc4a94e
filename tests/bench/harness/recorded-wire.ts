import { createStreamClient, keepstream } from '@keepstream/core'
import { createStreams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'

/** A response as it came, chunk by chunk. */
export interface Wire {
  readonly headers: Record<string, string>
  readonly chunks: readonly Uint8Array[]
}

export const chunkCount = Number(process.env['CHUNKS'] ?? 100_000)
const chunkLength = 4

/** A text in chunks of four letters. */
export function textChunks(): string[] {
  return Array.from({ length: chunkCount }, (_, index) => String(1_000 + (index % 9_000)).slice(0, chunkLength))
}

/**
 * Records what a Keepstream server sends to `keepstream()`, for a producer that appends each chunk in a turn of its own.
 * Whatever that wire is, the recording has it.
 *
 * @param isDrive whether the client drives, or follows
 */
export async function recordWire(chunks: readonly string[], isDrive: boolean): Promise<Wire> {
  const streams = createStreams({ store: memoryStore(), flush: { maxLength: 1 }, rolloverMs: 600_000 })
  async function* produce() {
    for (const chunk of chunks) {
      yield chunk
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce })
  const id = await streams.createStream()
  const recorded: Wire[] = []
  const options = keepstream({
    url: 'http://127.0.0.1/streams',
    fetch: async (url, init) => {
      const response = await handle(new Request(url, init))
      const wire = { headers: Object.fromEntries(response.headers), chunks: [] as Uint8Array[] }
      recorded.push(wire)
      return new Response(copying(response.body, wire.chunks), response)
    },
  })
  await new Promise<void>((resolve, reject) => {
    createStreamClient(options)
      .stream(id)
      .attach({
        start: isDrive,
        onEnd: ({ status }) => (status === 'done' ? resolve() : reject(new Error(`the recording ended as ${status}`))),
      })
    if (!isDrive) setTimeout(() => streams.start(id, produce).catch(reject), 50)
  })
  await streams.close()
  const [wire, ...others] = recorded
  if (!wire || others.length > 0) throw new Error(`the recording took ${recorded.length} requests instead of one`)
  if (wire.chunks.length < chunks.length / 2) {
    throw new Error(`the server sent only ${wire.chunks.length} chunks, because it joined those of ${chunks.length}`)
  }
  return wire
}

/** Passes a body on, and keeps a copy of its chunks. */
function copying(body: ReadableStream<Uint8Array> | null, copies: Uint8Array[]): ReadableStream<Uint8Array> {
  const reader = body?.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        const part = await reader?.read()
        if (!part || part.done) return controller.close()
        copies.push(part.value.slice())
        controller.enqueue(part.value)
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * A response that brings a recording again. As in the body of a real `fetch`, it is a stream of bytes, and the event loop turns
 * between the chunks.
 */
export function replay({ headers, chunks }: Wire): Response {
  let next = 0
  const body = new ReadableStream(
    {
      type: 'bytes',
      async pull(controller: ReadableByteStreamController) {
        if (next % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
        const chunk = chunks[next]
        next += 1
        // Such a stream takes the memory of what it gets.
        if (chunk) controller.enqueue(chunk.slice())
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers })
}
