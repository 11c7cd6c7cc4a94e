import { DurableStreamTestServer, type StreamStore } from '@durable-streams/server'
import { answerCalls } from '../harness/calls'
import { type Plan, produce } from '../harness/plan'

/** A Durable Streams server in memory. Its writer appends in the same process, as the producer of Keepstream does. */
const server = new DurableStreamTestServer({ port: 0, host: '127.0.0.1' })
const url = await server.start()
const store = server.store as StreamStore
const encoder = new TextEncoder()
const never = new AbortController().signal
let appendedAt: bigint[] = []

const calls = {
  port: () => Number(new URL(url).port),
  create(path: string) {
    store.create(path, { contentType: 'text/plain' })
  },
  /** Appends what the plan says, piece by piece. Resolves when all is appended, and the stream is closed if `closes`. */
  async append(path: string, plan: Plan, closes: boolean) {
    for await (const token of produce(plan, never)) {
      appendedAt.push(process.hrtime.bigint())
      await store.append(path, encoder.encode(token))
    }
    if (closes) store.closeStream(path)
  },
  takeAppendedAt() {
    const taken = appendedAt
    appendedAt = []
    return taken
  },
}
export type DurableStreamsServer = typeof calls
answerCalls(calls)
