import { createStreams } from '@keepstream/server'
import { redisStore } from '@keepstream/server/redis'
import { Redis } from 'ioredis'
import { createResumableStreamContext } from 'resumable-stream/ioredis'
import { answerCalls } from '../harness/calls'
import { produce, tokensText } from '../harness/plan'

/** Small answers through the Redis server at `REDIS`, without HTTP, with the library that `SUBJECT` names. */
const url = process.env['REDIS'] ?? ''
const tokens = 20
const expected = tokensText(tokens)
const never = new AbortController().signal
const source = () => produce({ kind: 'tokens', count: tokens, everyMs: 0 }, never)

const answer = process.env['SUBJECT'] === 'resumable-stream' ? resumableAnswers() : keepstreamAnswers()

/** Each call creates a stream, drives it and reads the whole answer. */
function keepstreamAnswers(): () => Promise<string> {
  const streams = createStreams({ store: redisStore({ client: new Redis(url) }) })
  return async () => {
    const id = await streams.createStream()
    const request = new Request(`http://127.0.0.1/${id}`, { method: 'POST' })
    return (await streams.stream(request, id, source)).text()
  }
}

function resumableAnswers(): () => Promise<string> {
  const context = createResumableStreamContext({
    waitUntil: null,
    publisher: new Redis(url),
    subscriber: new Redis(url),
  })
  return async () => {
    const stream = await context.createNewResumableStream(crypto.randomUUID(), () => {
      const tokens = source()
      return new ReadableStream<string>({
        async pull(controller) {
          const { done, value } = await tokens.next()
          if (done) controller.close()
          else controller.enqueue(value)
        },
      })
    })
    let text = ''
    const reader = stream?.getReader()
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) return text
      text += part.value
    }
  }
}

async function answerOnce(): Promise<void> {
  const text = await answer()
  if (text !== expected) throw new Error(`a reader got "${text}"`)
}

const calls = {
  /** Answers one after another. */
  async answer(count: number) {
    for (let index = 0; index < count; index += 1) await answerOnce()
  },
  /** Answers for so long, so many at once. Returns the answers a second. */
  async perSecond(durationMs: number, atOnce: number) {
    let count = 0
    const beganAt = performance.now()
    const answering = Array.from({ length: atOnce }, async () => {
      while (performance.now() - beganAt < durationMs) {
        await answerOnce()
        count += 1
      }
    })
    await Promise.all(answering)
    return (count * 1_000) / (performance.now() - beganAt)
  },
}
export type RedisStreams = typeof calls
answerCalls(calls)
