import { createStreamClient, keepstream } from '@keepstream/core'
import { createMarkEncoder, type UiChunk } from '@keepstream/core/marks'
import { createStreams, memoryStore } from '@keepstream/server'
import { onTestFinished } from 'vitest'
import { createChatTransport } from '../../src/client'

/** A step of an answer: a chunk, plain text, or a wait until the test lets it go on. */
export type Step = UiChunk | string | 'pause' | Error

export const start = { type: 'start' } as const
export const finish = { type: 'finish', finishReason: 'stop' } as const

/** A text part of some words. */
export function prose(id: string, ...words: string[]): UiChunk[] {
  return [
    { type: 'text-start', id },
    ...words.map((delta) => ({ type: 'text-delta', id, delta })),
    { type: 'text-end', id },
  ]
}

/** A server whose producer writes the given steps, and clients of it in pages of their own. */
export function openWorld(script: (number: number) => readonly Step[]) {
  const streams = createStreams({ store: memoryStore(), onError: () => undefined })
  let resume = () => {}
  const world = {
    streams,
    /** How often a producer ran, and what a test may break. */
    runs: 0,
    asked: [] as unknown[],
    /** The answers of the chat, the latest last. */
    ids: [] as string[],
    cutAfter: Infinity,
    resume: () => resume(),
    openTransport,
  }
  const handle = streams.handler({
    basePath: '/streams',
    authorize: 'public',
    produce: async function* ({ meta, signal }) {
      world.runs += 1
      const encoder = createMarkEncoder()
      for (const step of script(meta as number)) {
        if (step instanceof Error) throw step
        if (step === 'pause') {
          await new Promise<void>((resolve) => {
            resume = resolve
            signal.addEventListener('abort', () => resolve())
          })
          if (signal.aborted) return
        } else yield typeof step === 'string' ? step : encoder.push(step)
      }
    },
  })
  onTestFinished(() => streams.close())

  /** The fetch of a page. Its connections break after `cutAfter` bytes of a body. */
  async function fetchFromPage(url: string, init: RequestInit): Promise<Response> {
    const response = await handle(new Request(url, init))
    let left = world.cutAfter
    if (left === Infinity || !response.body) return response
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left))
        left -= chunk.length
        if (left <= 0) controller.error(new TypeError('network error'))
      },
    })
    return new Response(response.body.pipeThrough(cut), response)
  }

  /** @param wait what finding the answers takes */
  function openTransport(count = 1, wait = () => Promise.resolve()) {
    const client = createStreamClient({
      ...keepstream({ url: 'http://page.invalid/streams', fetch: fetchFromPage }),
      throttleMs: 0,
      graceMs: 0,
      retry: { minMs: 1, maxMs: 5 },
    })
    return createChatTransport({
      client,
      start: async (request) => {
        world.asked.push(request)
        const id = await streams.createStream({ meta: world.ids.length })
        world.ids.push(id)
        return id
      },
      find: async () => {
        await wait()
        return world.ids.slice(-count)
      },
    })
  }
  return world
}
