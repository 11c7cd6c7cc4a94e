import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { fromAiSdk } from '@keepstream/ai-sdk'
import { createStreams } from '@keepstream/server'
import { memoryStore } from '@keepstream/server/memory'
import { openStore } from '../../support/open-store.mjs'
import { type AgentPlan, streamAgent } from '../harness/agent'
import { answerCalls } from '../harness/calls'
import { type Plan, produce } from '../harness/plan'
import { cpuMs, memoryUsed } from '../harness/usage'

/** A Keepstream server on the store at `STORE`. `KEEP_ALIVE_MS` is its `keepAliveMs`. A stream's `meta` is the plan of its producer. */
const address = process.env['STORE'] ?? 'memory'
const keepAliveMs = process.env['KEEP_ALIVE_MS']
const streams = createStreams({
  store: address === 'memory' ? memoryStore() : openStore(address),
  // Longer than the longest text of a plan.
  maxLength: 16_777_216,
  // A reader that is not a client of Keepstream would not come back.
  rolloverMs: 600_000,
  ...(keepAliveMs === undefined ? {} : { keepAliveMs: Number(keepAliveMs) }),
})

/** How long each producer took, in milliseconds, and when each token was appended, in the nanoseconds of this machine. */
let producerMs: number[] = []
let appendedAt: bigint[] = []

const run = async function* ({ meta, signal }: { meta: unknown; signal: AbortSignal }) {
  const beganAt = performance.now()
  const plan = meta as Plan | AgentPlan
  for await (const token of plan.kind === 'agent' ? fromAiSdk(streamAgent(plan, signal)) : produce(plan, signal)) {
    appendedAt.push(process.hrtime.bigint())
    yield token
  }
  producerMs.push(performance.now() - beganAt)
}

const handle = streams.handler({ basePath: '/streams', authorize: 'public', produce: run })
const server = serve({ fetch: (request) => handle(request), port: 0, hostname: '127.0.0.1' })
if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))

const calls = {
  port: () => (server.address() as AddressInfo).port,
  create: (plan: Plan | AgentPlan) => streams.createStream({ meta: plan }),
  async createMany(plan: Plan, count: number) {
    const ids: string[] = []
    for (let index = 0; index < count; index += 1) ids.push(await streams.createStream({ meta: plan }))
    return ids
  },
  /** Starts the producer without a reader. */
  async start(id: string) {
    await streams.start(id, run)
  },
  /** The same, and resolves once the run has ended. */
  async finish(id: string) {
    const { finished } = await streams.start(id, run)
    await finished
  },
  /** Resolves once so much text is stored. */
  async stored(id: string, length: number) {
    while ((await streams.getStreamBody(id)).text.length < length) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  },
  cpuMs,
  memoryUsed,
  takeProducerMs() {
    const taken = producerMs
    producerMs = []
    return taken
  },
  takeAppendedAt() {
    const taken = appendedAt
    appendedAt = []
    return taken
  },
}
export type KeepstreamServer = typeof calls
answerCalls(calls)
