import { type AgentPlan, agentText } from '../harness/agent'
import { type CountingProxy, startCountingProxy } from '../harness/counting-proxy'
import { type Plan, tokensText } from '../harness/plan'
import { clientOf, readStream, readText } from '../harness/read'
import { startAiSdk, startBare, startDurableStreams, startKeepstream } from '../harness/servers'
import type { Row, RunContext } from '../row'

const connections = 3
const comparison = 'bytes sent for each byte of text'
const agentComparison = 'the same for 400 tokens with a tool call, all that the answer says being its text'

export const bytes: Row = {
  name: 'bytes',
  measures:
    'The bytes that a server sends over its sockets to the driver of an answer of 50 tokens a second (headers and chunk framing included), for each byte of text.',
  unit: 'x',
  peers: ['bare', 'AI SDK', 'Durable Streams, SSE'],
  comparisons: [
    { name: comparison, goal: { of: 'bare', atMost: 1.05 } },
    { name: agentComparison, goal: { of: 'bare', atMost: 1.3 } },
  ],
  async run(context) {
    const plan: Plan = { kind: 'tokens', count: context.pick(1_000, 50), everyMs: 20 }
    const agent: AgentPlan = { kind: 'agent', count: context.pick(400, 40), everyMs: 20 }
    context.progress(`reads ${(plan.count * plan.everyMs) / 1_000} s of text`)
    // Counts are exact, so all run at the same time.
    const [tokens, agents] = await Promise.all([
      count(context, tokensText(plan.count), {
        ...(await drives(context, plan)),
        'Durable Streams, SSE': await durableStreamsRead(context, plan),
      }),
      count(context, agentText(agent.count), await drives(context, agent)),
    ])
    return { [comparison]: tokens, [agentComparison]: agents }
  },
}

async function count(context: RunContext, text: string, subjects: Readonly<Record<string, Subject>>) {
  const measured = Object.entries(subjects).map(async ([name, { port, read }]) => {
    const runs = Array.from({ length: connections }, async () => {
      const proxy = await startCountingProxy(port)
      context.defer(proxy.close)
      await read(proxy)
      return proxy.received() / Buffer.byteLength(text)
    })
    return [name, await Promise.all(runs)] as const
  })
  return Object.fromEntries(await Promise.all(measured))
}

async function drives(context: RunContext, plan: Plan | AgentPlan) {
  return {
    Keepstream: await keepstreamDrive(context, plan),
    bare: await bareDrive(context, plan),
    'AI SDK': await aiSdkDrive(context, plan),
  }
}

/** A server, and how a driver reads one answer through a proxy. */
interface Subject {
  readonly port: number
  read(proxy: CountingProxy): Promise<unknown>
}

async function keepstreamDrive(context: RunContext, plan: Plan | AgentPlan): Promise<Subject> {
  const server = await startKeepstream(context)
  return {
    port: server.port,
    read: async (proxy) => readStream(clientOf(proxy.port), await server.call('create', plan), { start: true }),
  }
}

async function bareDrive(context: RunContext, plan: Plan | AgentPlan): Promise<Subject> {
  const { port } = await startBare(context)
  const path = `/drive?plan=${encodeURIComponent(JSON.stringify(plan))}`
  return {
    port,
    read: async (proxy) => readText(await fetch(`http://127.0.0.1:${proxy.port}${path}`, { method: 'POST' })),
  }
}

async function aiSdkDrive(context: RunContext, plan: Plan | AgentPlan): Promise<Subject> {
  const { port } = await startAiSdk(context)
  const path = `/chat?id=1&plan=${encodeURIComponent(JSON.stringify(plan))}`
  return {
    port,
    read: async (proxy) => readText(await fetch(`http://127.0.0.1:${proxy.port}${path}`, { method: 'POST' })),
  }
}

async function durableStreamsRead(context: RunContext, plan: Plan): Promise<Subject> {
  const server = await startDurableStreams(context)
  let count = 0
  return {
    port: server.port,
    async read(proxy) {
      count += 1
      const path = `/bytes-${count}`
      await server.call('create', path)
      const response = await fetch(`http://127.0.0.1:${proxy.port}${path}?offset=-1&live=sse`)
      const text = readText(response)
      await server.call('append', path, plan, true)
      await text
    },
  }
}
