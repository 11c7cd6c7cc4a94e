import { stream } from '@durable-streams/client'
import { startRedis } from '../../support/redis-server'
import { askAiSdk } from '../harness/ai-sdk-chat'
import { alternate } from '../harness/alternate'
import { type CountingProxy, startCountingProxy } from '../harness/counting-proxy'
import { type Plan, tokensText } from '../harness/plan'
import { clientOf } from '../harness/read'
import { startAiSdk, startDurableStreams, startKeepstream } from '../harness/servers'
import type { Measured, NotMeasured, Row, RunContext } from '../row'

const comparison = 'the driver of a running answer'
/** The gap between two tokens is a part of what is measured, so it is short. */
const everyMs = 5
/** A reader that is silent for this long after a cut has not come back. */
const patienceMs = 10_000

export const cut: Row = {
  name: 'cut',
  measures:
    'The time from a TCP reset in the middle of an answer (200 tokens a second, on loopback) to the next new character, with every character shown once.',
  unit: 'ms',
  needs: ['redis'],
  peers: ['Durable Streams client, `live: true`', 'AI SDK, `resumeStream()` at once'],
  comparisons: [{ name: comparison, goal: { atMost: 30 } }],
  async run(context) {
    const cuts = context.pick(15, 2)
    const plan: Plan = { kind: 'tokens', count: 60_000, everyMs }
    const readers: Record<string, Reader> = {
      Keepstream: await keepstreamReader(context, plan),
      'Durable Streams client, `live: true`': await durableStreamsReader(context, plan),
      'AI SDK, `resumeStream()` at once': await aiSdkReader(context, plan),
    }
    const expected = tokensText(plan.count)
    const failures: Record<string, NotMeasured> = {}
    const runs = Object.fromEntries(
      Object.entries(readers).map(([name, reader]) => [
        name,
        async () => {
          if (failures[name]) return 0
          try {
            return await cutOnce(reader, expected)
          } catch (error) {
            // What Keepstream fails at is a failure of the row.
            if (name === 'Keepstream') throw error
            failures[name] = { notMeasured: error instanceof Error ? error.message : String(error) }
            return 0
          }
        },
      ]),
    )
    const samples = await alternate(runs, cuts)
    return { [comparison]: { ...samples, ...failures } } as Measured
  },
}

/** An answer that is read through a proxy, and the text that is shown. */
interface Reader {
  readonly proxy: CountingProxy
  shown: string
  onText: (text: string) => void
}

/** Cuts the connection of a reader and resolves with the milliseconds until it shows a new character. */
async function cutOnce(reader: Reader, expected: string): Promise<number> {
  // Some text between two cuts, so that each meets a reader that has settled.
  await grows(reader, 200, expected)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const beganAt = performance.now()
  reader.proxy.reset()
  await grows(reader, 1, expected)
  return performance.now() - beganAt
}

/**
 * Resolves once the reader shows this many characters more. What it shows before the server has sent anything again came from
 * before the cut. Rejects if it shows a text that is not the beginning of the answer.
 */
function grows(reader: Reader, characters: number, expected: string): Promise<void> {
  let goal = reader.shown.length + characters
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no new character within ${patienceMs} ms`)), patienceMs)
    reader.onText = (text) => {
      if (!reader.proxy.isBack()) goal = Math.max(goal, text.length + characters)
      if (!expected.startsWith(text)) reject(new Error('it showed a text that is not the answer'))
      else if (text.length >= goal) resolve()
      else return
      clearTimeout(timer)
    }
  })
}

async function createReader(context: RunContext, port: number): Promise<{ reader: Reader; show(text: string): void }> {
  const proxy = await startCountingProxy(port)
  context.defer(proxy.close)
  const reader: Reader = { proxy, shown: '', onText: () => undefined }
  return {
    reader,
    show(text) {
      reader.shown = text
      reader.onText(text)
    },
  }
}

async function keepstreamReader(context: RunContext, plan: Plan): Promise<Reader> {
  const server = await startKeepstream(context)
  const { reader, show } = await createReader(context, server.port)
  const id = await server.call('create', plan)
  context.defer(
    clientOf(reader.proxy.port)
      .stream(id)
      .subscribe(({ text }) => show(text), { start: true }),
  )
  return reader
}

async function durableStreamsReader(context: RunContext, plan: Plan): Promise<Reader> {
  const server = await startDurableStreams(context)
  const { reader, show } = await createReader(context, server.port)
  await server.call('create', '/cut')
  const aborting = new AbortController()
  context.defer(() => aborting.abort())
  const url = `http://127.0.0.1:${reader.proxy.port}/cut`
  const response = await stream({ url, offset: '-1', live: true, signal: aborting.signal, onError: () => ({}) })
  response.subscribeText(({ text }) => show(reader.shown + text))
  response.closed.catch(() => undefined)
  server.call('append', '/cut', plan, true).catch(() => undefined)
  return reader
}

async function aiSdkReader(context: RunContext, plan: Plan): Promise<Reader> {
  const redis = await startRedis()
  context.defer(redis.stop)
  const server = await startAiSdk(context, redis.url)
  const { reader, show } = await createReader(context, server.port)
  const chat = askAiSdk(`http://127.0.0.1:${reader.proxy.port}`, 'cut', plan, show)
  context.defer(() => chat.stop())
  return reader
}
