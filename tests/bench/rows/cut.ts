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
/** The gap between two tokens is a part of what is measured, so it is short. Each answer lasts three seconds. */
const plan: Plan = { kind: 'tokens', count: 600, everyMs: 5 }
/** A reader that is silent for this long after a cut has not come back. */
const patienceMs = 10_000

export const cut: Row = {
  name: 'cut',
  measures:
    'The time from a TCP reset in the middle of an answer (200 tokens a second, on loopback) to the next new character, with every character shown once. Each answer is cut once.',
  unit: 'ms',
  needs: ['redis'],
  peers: ['Durable Streams client, `live: true`', 'AI SDK, `resumeStream()` at once'],
  comparisons: [{ name: comparison, goal: { atMost: 30 } }],
  async run(context) {
    const cuts = context.pick(15, 2)
    const subjects: Record<string, Subject> = {
      Keepstream: await keepstreamSubject(context),
      'Durable Streams client, `live: true`': await durableStreamsSubject(context),
      'AI SDK, `resumeStream()` at once': await aiSdkSubject(context),
    }
    const expected = tokensText(plan.count)
    const failures: Record<string, NotMeasured> = {}
    const runs = Object.fromEntries(
      Object.entries(subjects).map(([name, subject]) => [
        name,
        async () => {
          if (failures[name]) return 0
          try {
            return await cutOnce(subject, expected)
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

/** A server behind a proxy, and a client of it. */
interface Subject {
  readonly proxy: CountingProxy
  /** Starts an answer and reads it. `show` gets the answer so far. Resolves with a function that leaves it. */
  ask(show: (text: string) => void): Promise<() => unknown>
}

/** Cuts the connection of the driver of a new answer. Resolves with the milliseconds until it shows a new character. */
async function cutOnce({ proxy, ask }: Subject, expected: string): Promise<number> {
  const screen = createScreen(proxy, expected)
  const leave = await ask(screen.show)
  try {
    await screen.grows(200)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const beganAt = performance.now()
    proxy.reset()
    await screen.grows(1)
    return performance.now() - beganAt
  } finally {
    await leave()
  }
}

function createScreen(proxy: CountingProxy, expected: string) {
  let shown = ''
  let onText = (_: string) => {}
  return {
    show(text: string): void {
      shown = text
      onText(text)
    },
    /**
     * Resolves once so many characters more are shown. What is shown before the server has sent anything again came from before
     * the cut. Rejects if the shown text is not the beginning of the answer.
     */
    grows(characters: number): Promise<void> {
      let goal = shown.length + characters
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no new character within ${patienceMs} ms`)), patienceMs)
        onText = (text) => {
          if (!proxy.isBack()) goal = Math.max(goal, text.length + characters)
          if (!expected.startsWith(text)) reject(new Error('it showed a text that is not the answer'))
          else if (text.length >= goal) resolve()
          else return
          clearTimeout(timer)
        }
      })
    },
  }
}

async function startProxy(context: RunContext, port: number): Promise<CountingProxy> {
  const proxy = await startCountingProxy(port)
  context.defer(proxy.close)
  return proxy
}

async function keepstreamSubject(context: RunContext): Promise<Subject> {
  const server = await startKeepstream(context)
  const proxy = await startProxy(context, server.port)
  return {
    proxy,
    async ask(show) {
      const id = await server.call('create', plan)
      return clientOf(proxy.port)
        .stream(id)
        .subscribe(({ text }) => show(text), { start: true })
    },
  }
}

async function durableStreamsSubject(context: RunContext): Promise<Subject> {
  const server = await startDurableStreams(context)
  const proxy = await startProxy(context, server.port)
  let answers = 0
  return {
    proxy,
    async ask(show) {
      const path = `/cut-${++answers}`
      await server.call('create', path)
      const aborting = new AbortController()
      const url = `http://127.0.0.1:${proxy.port}${path}`
      const response = await stream({ url, offset: '-1', live: true, signal: aborting.signal, onError: () => ({}) })
      let shown = ''
      response.subscribeText(({ text }) => {
        shown += text
        show(shown)
      })
      response.closed.catch(() => undefined)
      server.call('append', path, plan, true).catch(() => undefined)
      return () => aborting.abort()
    },
  }
}

async function aiSdkSubject(context: RunContext): Promise<Subject> {
  const redis = await startRedis()
  context.defer(redis.stop)
  const server = await startAiSdk(context, redis.url)
  const proxy = await startProxy(context, server.port)
  let answers = 0
  return {
    proxy,
    async ask(show) {
      const chat = askAiSdk(`http://127.0.0.1:${proxy.port}`, `cut-${++answers}`, plan, show)
      return () => chat.stop()
    },
  }
}
