import { createStreamClient, createStreamId, keepstream } from '@keepstream/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerPieces, answerText } from '../support/answer-text.mjs'
import { inParallel } from '../support/in-parallel'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

/** What happens to a request: it never arrives, its response is lost, or neither. */
type Fate = 'lost' | 'unanswered' | 'whole'

const fates: readonly Fate[] = ['lost', 'unanswered', 'whole']
/** All fates of the first three requests of a stream. Later requests are whole. */
const plans: readonly (readonly Fate[])[] = fates.flatMap((one) =>
  fates.flatMap((two) => fates.map((three) => [one, two, three])),
)
const chunkCount = 12

let server: MemoryServer
const runs = new Map<string, number>()
beforeAll(async () => {
  server = await startMemoryServer(async ({ id, request, append }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1)
    for (const chunk of answerPieces(Number(await request.text()), chunkCount)) {
      await append(chunk)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
})
afterAll(() => server.close())

describe('a request that creates a stream', () => {
  it('leads to one generation and its whole text, whichever of the first requests are lost', async () => {
    const results = await inParallel([...plans.entries()], 9, async ([seed, plan]) => {
      const id = createStreamId()
      const left = [...plan]
      const fetchWithFate = async (url: string | URL | Request, init?: RequestInit) => {
        const fate = left.shift() ?? 'whole'
        if (fate === 'lost') throw new TypeError('fetch failed')
        const response = await fetch(url, init)
        if (fate === 'whole') return response
        await response.body?.cancel()
        throw new TypeError('fetch failed')
      }
      const source = keepstream({ url: server.url, fetch: fetchWithFate })
      const retry = { minMs: 20, maxMs: 100 }
      const stream = createStreamClient({ ...source, retry, poll: retry }).stream(id)
      const truth = answerText(seed, chunkCount)
      const watch = watchStream(stream, truth)
      const detach = stream.attach({ start: { create: true, body: String(seed) } })
      const { text, status } = await watch.finished
      detach()
      watch.stop()
      return { plan, violations: watch.violations, status, isWhole: text === truth, runs: runs.get(id) }
    })
    expect(results).toEqual(plans.map((plan) => ({ plan, violations: [], status: 'done', isWhole: true, runs: 1 })))
  })
})
