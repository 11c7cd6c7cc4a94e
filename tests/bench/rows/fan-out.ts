import { alternate } from '../harness/alternate'
import { type CapturedRequest, captureRequest } from '../harness/captured-request'
import type { Plan } from '../harness/plan'
import { startBare, startDurableStreams, startKeepstream } from '../harness/servers'
import { type StartedProcess, startProcess } from '../harness/start-process'
import type { Readers } from '../processes/readers'
import type { Measured, Row, RunContext } from '../row'

const counts = [100, 1_000]
const nameOf = (count: number) => `${count.toLocaleString('en')} followers`

export const fanOut: Row = {
  name: 'fan-out',
  measures:
    'The median time from an append to its arrival at a follower, for followers of one stream in memory; bare is a server that writes to each open response.',
  unit: 'ms',
  peers: ['bare', 'Durable Streams, SSE'],
  comparisons: counts.map((count) => ({ name: nameOf(count), goal: { of: 'bare', atMost: 1.3 } })),
  async run(context) {
    const readers = await startProcess<Readers>('readers')
    context.defer(readers.stop)
    const plan: Plan = { kind: 'sentences', count: context.pick(8, 3), everyMs: 150 }
    const subjects = {
      Keepstream: await keepstreamFanOut(context, plan),
      bare: await bareFanOut(context, plan),
      'Durable Streams, SSE': await durableStreamsFanOut(context, plan),
    }
    const measured: [string, Measured[string]][] = []
    for (const count of counts) {
      context.progress(nameOf(count))
      const runs = Object.fromEntries(
        Object.entries(subjects).map(([name, begin]) => [name, () => runOnce(readers, begin, context.pick(count, 20))]),
      )
      measured.push([nameOf(count), await alternate(runs, context.pick(5, 1))])
    }
    return Object.fromEntries(measured)
  },
}

/** Prepares a new stream. */
type Begin = () => Promise<{
  readonly request: CapturedRequest
  /** Appends all sentences, and resolves with the time of each. */
  append(): Promise<bigint[]>
}>

async function runOnce(readers: StartedProcess<Readers>, begin: Begin, count: number): Promise<number> {
  const { request, append } = await begin()
  await readers.call('connect', request, count)
  const appendedAt = await append()
  const latency = await readers.call('latency', appendedAt)
  await readers.call('disconnect')
  return latency
}

async function keepstreamFanOut(context: RunContext, plan: Plan): Promise<Begin> {
  const server = await startKeepstream(context)
  return async () => {
    const id = await server.call('create', plan)
    return {
      request: await captureRequest(server.port, id, false),
      async append() {
        await server.call('finish', id)
        return server.call('takeAppendedAt')
      },
    }
  }
}

async function bareFanOut(context: RunContext, plan: Plan): Promise<Begin> {
  const server = await startBare(context)
  return async () => ({
    request: { method: 'GET', url: `http://127.0.0.1:${server.port}/follow`, headers: {} },
    async append() {
      await server.call('broadcast', plan)
      return server.call('takeAppendedAt')
    },
  })
}

async function durableStreamsFanOut(context: RunContext, plan: Plan): Promise<Begin> {
  const server = await startDurableStreams(context)
  let streams = 0
  return async () => {
    streams += 1
    const path = `/fan-out-${streams}`
    await server.call('create', path)
    return {
      request: { method: 'GET', url: `http://127.0.0.1:${server.port}${path}?offset=-1&live=sse`, headers: {} },
      async append() {
        await server.call('append', path, plan, true)
        return server.call('takeAppendedAt')
      },
    }
  }
}
