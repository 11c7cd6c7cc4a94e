import { afterEach, expect, it } from 'vitest'
import { answerPieces, answerText, createRandom } from '../support/answer-text.mjs'
import { createClient, type Dialect } from '../support/create-client'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy'
import { inParallel } from '../support/in-parallel'
import { isLongRun } from '../support/is-long-run'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

/** `npm run test:long` has more streams. */
const streamCount = isLongRun ? 40 : 16
const chunkCount = 60
const cutsPerStream = 8
const seed = Number(process.env['SEED'] ?? 20261123)
const places = ['anywhere', 'inside-character', 'chunk-border'] as const

let server: MemoryServer
let proxy: CuttingProxy

afterEach(async () => {
  await proxy.close()
  await server.close()
})

it(`a network that cuts every other connection of drivers and followers costs time but no text (SEED=${seed})`, async () => {
  const random = createRandom(seed)
  const cutsLeft = new Map<string, number>()
  let runs = 0
  server = await startMemoryServer(
    async function* ({ meta }) {
      runs += 1
      for (const chunk of answerPieces(meta as number, chunkCount)) {
        yield chunk
        await new Promise((resolve) => setTimeout(resolve, 8))
      }
    },
    { flush: { sentenceMs: 20, intervalMs: 30 } },
  )
  proxy = await startCuttingProxy(server.port, (path) => {
    const id = /^\/streams\/([\w-]+)/.exec(path)?.[1] ?? ''
    const left = cutsLeft.get(id) ?? 0
    if (left === 0 || random() < 0.5) return undefined
    cutsLeft.set(id, left - 1)
    return { bytes: Math.floor(random() * 600), place: places[Math.floor(random() * 3)] ?? 'anywhere' }
  })

  const dialects: readonly Dialect[] = ['framed', 'sse', 'framed', 'raw', 'polled']
  const streams = Array.from({ length: streamCount }, (_, index) => index)
  const violationsByStream = await inParallel(streams, 10, async (index) => {
    const truth = answerText(seed + index, chunkCount)
    const id = await server.streams.createStream({ meta: seed + index })
    cutsLeft.set(id, cutsPerStream)
    const url = `http://127.0.0.1:${proxy.port}/streams`
    const readers = [true, false, false].map((driven, reader) => {
      const stream = createClient(url, dialects[(index + reader) % dialects.length] ?? 'sse').stream(id)
      return { watch: watchStream(stream, truth), detach: stream.attach({ start: driven }) }
    })
    const violations: string[] = []
    for (const { watch, detach } of readers) {
      const { text, status, isReconciled } = await watch.finished
      if (status !== 'done' || text !== truth)
        violations.push(`ended as ${status} with ${text.length} of ${truth.length} units`)
      if (isReconciled) violations.push('reconciled although nothing was lost')
      violations.push(...watch.violations)
      detach()
    }
    return violations.map((violation) => `stream ${index}: ${violation}`)
  })

  expect(violationsByStream.flat()).toEqual([])
  expect(runs).toBe(streamCount)
  const cuts = places.reduce((sum, place) => sum + proxy.cuts[place], 0)
  expect(cuts).toBeGreaterThan(streamCount * 2)
})
