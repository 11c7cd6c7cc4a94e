import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { type AgentPlan, readAgent, streamAgent } from '../harness/agent'
import { answerCalls } from '../harness/calls'
import { type Alphabet, longText, type Plan, produce } from '../harness/plan'
import { cpuMs, memoryUsed } from '../harness/usage'

/**
 * The smallest server that does the job: web streams and nothing else. It sends text and keeps nothing. It runs on the same
 * adapter for Node as the Keepstream server, so a ratio to it is the cost of Keepstream alone.
 */
const encoder = new TextEncoder()
const followers = new Set<ReadableStreamDefaultController<Uint8Array>>()
let producerMs: number[] = []
let appendedAt: bigint[] = []
let kept = new Uint8Array()

/** The response of a producer: what it yields, as it yields it. */
function drive(plan: Plan | AgentPlan, signal: AbortSignal): Response {
  const beganAt = performance.now()
  const source = plan.kind === 'agent' ? readAgent(streamAgent(plan, signal)) : produce(plan, signal)
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      for await (const token of source) controller.enqueue(encoder.encode(token))
      producerMs.push(performance.now() - beganAt)
      controller.close()
    },
  })
  return textResponse(body)
}

/** A response that gets what `broadcast` sends, for as long as the reader stays. */
function follow(): Response {
  let own: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller
      followers.add(controller)
      controller.enqueue(encoder.encode(' '))
    },
    cancel() {
      if (own) followers.delete(own)
    },
  })
  return textResponse(body)
}

function textResponse(body: BodyInit): Response {
  return new Response(body, { headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' } })
}

function respond(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/drive') return drive(JSON.parse(searchParams.get('plan') ?? ''), request.signal)
  if (pathname === '/follow') return follow()
  return textResponse(kept)
}
const server = serve({ fetch: respond, port: 0, hostname: '127.0.0.1' })
if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))

const calls = {
  port: () => (server.address() as AddressInfo).port,
  /** What a GET of any other path returns from now on. */
  keep(alphabet: Alphabet, length: number) {
    kept = encoder.encode(longText(alphabet, length))
  },
  followers: () => followers.size,
  /** Sends what the plan says to all followers. Resolves when all is sent. */
  async broadcast(plan: Plan) {
    for await (const token of produce(plan, new AbortController().signal)) {
      appendedAt.push(process.hrtime.bigint())
      const bytes = encoder.encode(token)
      for (const follower of followers) follower.enqueue(bytes)
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
export type BareServer = typeof calls
answerCalls(calls)
