import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { createUIMessageStream, createUIMessageStreamResponse, UI_MESSAGE_STREAM_HEADERS } from 'ai'
import { Redis } from 'ioredis'
import { createResumableStreamContext } from 'resumable-stream/ioredis'
import { type AgentPlan, streamAgent } from '../harness/agent'
import { answerCalls } from '../harness/calls'
import { type Plan, produce } from '../harness/plan'

/**
 * A chat of the AI SDK as its page on resuming streams builds it: `POST /chat?id=…&plan=…` starts an answer, and
 * `GET /chat/ID/stream` resumes it through the Redis server at `REDIS`. Without `REDIS` an answer cannot be resumed.
 */
const redisUrl = process.env['REDIS']
const context =
  redisUrl === undefined
    ? undefined
    : createResumableStreamContext({
        waitUntil: null,
        publisher: new Redis(redisUrl),
        subscriber: new Redis(redisUrl),
      })
const never = new AbortController().signal

function start(id: string, plan: Plan | AgentPlan): Response {
  if (plan.kind === 'agent') return streamAgent(plan, never).toUIMessageStreamResponse()
  const stream = createUIMessageStream({
    generateId: () => `message-${id}`,
    async execute({ writer }) {
      writer.write({ type: 'start', messageId: `message-${id}` })
      writer.write({ type: 'text-start', id: '0' })
      for await (const delta of produce(plan, never)) writer.write({ type: 'text-delta', id: '0', delta })
      writer.write({ type: 'text-end', id: '0' })
      writer.write({ type: 'finish' })
    },
  })
  return createUIMessageStreamResponse({
    stream,
    ...(context && {
      consumeSseStream: async ({ stream: copy }: { stream: ReadableStream<string> }) => {
        await context.createNewResumableStream(id, () => copy)
      },
    }),
  })
}

async function resume(id: string): Promise<Response> {
  const stream = await context?.resumeExistingStream(id)
  if (!stream) return new Response(null, { status: 204 })
  return new Response(stream.pipeThrough(new TextEncoderStream()), { headers: UI_MESSAGE_STREAM_HEADERS })
}

async function respond(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const resumed = /^\/chat\/(.+)\/stream$/.exec(pathname)?.[1]
  if (resumed !== undefined) return resume(decodeURIComponent(resumed))
  return start(searchParams.get('id') ?? '', JSON.parse(searchParams.get('plan') ?? ''))
}
const server = serve({ fetch: respond, port: 0, hostname: '127.0.0.1' })
if (!server.listening) await new Promise<void>((resolve) => server.once('listening', () => resolve()))

const calls = { port: () => (server.address() as AddressInfo).port }
export type AiSdkServer = typeof calls
answerCalls(calls)
