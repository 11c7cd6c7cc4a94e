import { createStreamClient, fetchLive, keepstream, type StreamClientOptions } from '@keepstream/core'
import { atom } from 'nanostores'
import { answerCalls } from '../harness/calls'
import { chunkCount, recordWire, replay, textChunks, type Wire } from '../harness/recorded-wire'
import { cpuMs } from '../harness/usage'

/**
 * Reads the same text again and again, each time from a recording in this process, so that no server and no socket adds to
 * the CPU time. `SUBJECT` is how it is read.
 */
const subject = process.env['SUBJECT'] ?? 'bare'
const chunks = textChunks()
const expected = chunks.join('')
const encoder = new TextEncoder()

const read = await createReader()

async function createReader(): Promise<() => Promise<string>> {
  if (subject === 'bare') {
    const bytes = chunks.map((chunk) => encoder.encode(chunk))
    return () => readBare(replay({ headers: {}, chunks: bytes }))
  }
  if (subject === 'foreign-sse') {
    const frames = chunks.map((text) => encoder.encode(`data: ${JSON.stringify({ delta: text })}\n\n`))
    const wire = {
      headers: { 'content-type': 'text/event-stream' },
      chunks: [...frames, encoder.encode('data: [DONE]\n\n')],
    }
    const live = fetchLive({
      url: 'http://127.0.0.1/chat',
      fetch: async () => replay(wire),
      decode: ({ data }) => JSON.parse(data).delta,
    })
    return () => readWith({ live, snapshot: async () => ({ offset: 0, text: '', status: 'pending' }) }, true)
  }
  const isDrive = subject !== 'follow'
  const wire: Wire = await recordWire(chunks, isDrive)
  const options = {
    ...keepstream({ url: 'http://127.0.0.1/streams', fetch: async () => replay(wire) }),
    ...(subject === 'drive-with-events' && { onEvent: () => void events++ }),
  }
  return () => readWith(options, isDrive)
}

/** What an application would write itself: a reader, a decoder, and a text in an atom. */
async function readBare({ body }: Response): Promise<string> {
  const $text = atom('')
  $text.listen(() => undefined)
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  for (;;) {
    const part = await reader?.read()
    if (!part || part.done) return $text.get()
    $text.set($text.get() + decoder.decode(part.value, { stream: true }))
  }
}

function readWith(options: StreamClientOptions, start: boolean): Promise<string> {
  const stream = createStreamClient(options).stream('a')
  return new Promise((resolve, reject) => {
    stream.subscribe(
      ({ connection, error }) => {
        if (connection === 'failed') reject(error)
      },
      { start, onEnd: ({ text, status }) => (status === 'done' ? resolve(text) : reject(new Error(status))) },
    )
  })
}

let events = 0

const calls = {
  /** The CPU time of one reading, in milliseconds. */
  async run() {
    globalThis.gc?.()
    const before = cpuMs()
    const text = await read()
    const used = cpuMs() - before
    if (text !== expected) throw new Error(`${subject} read ${text.length} characters of ${expected.length}, or others`)
    if (subject === 'drive-with-events' && events < chunkCount / 2) throw new Error(`only ${events} events`)
    events = 0
    return used
  },
}
export type ClientCpu = typeof calls
answerCalls(calls)
