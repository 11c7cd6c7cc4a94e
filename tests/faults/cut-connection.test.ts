import type { Producer } from '@keepstream/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerPieces, answerText } from '../support/answer-text.mjs'
import { createClient, type Dialect } from '../support/create-client'
import { type Cut, type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy'
import { inParallel } from '../support/in-parallel'
import { isLongRun } from '../support/is-long-run'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

const dialects: readonly Dialect[] = ['framed', 'sse', 'raw', 'polled']
/** `npm run test:long` cuts at more places. */
const cutsPerDialect = isLongRun ? 100 : 40
const places: readonly Cut['place'][] = ['anywhere', 'inside-character', 'chunk-border']
const chunkCount = 40

let server: MemoryServer
let proxy: CuttingProxy
const planned = new Map<string, Cut>()
const runs = new Map<string, number>()

beforeAll(async () => {
  const produce: Producer = async ({ append, id, meta }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1)
    for (const chunk of answerPieces(meta as number, chunkCount)) {
      await append(chunk)
      await new Promise((resolve) => setTimeout(resolve, 8))
    }
  }
  // Text is stored often, so that it still grows when the client reads it after the cut.
  server = await startMemoryServer(produce, { flush: { sentenceMs: 20, intervalMs: 30 } })
  proxy = await startCuttingProxy(server.port, (path) => {
    const cut = planned.get(path)
    planned.delete(path)
    return cut
  })
})

afterAll(async () => {
  await proxy.close()
  await server.close()
})

describe.each(dialects)('a driver’s %s connection that is cut mid-answer', (dialect) => {
  it(`shows only the exact text, and all of it in the end, when cut at ${cutsPerDialect} places`, async () => {
    const before = { ...proxy.cuts }
    let steps = 0
    const answers = Array.from({ length: cutsPerDialect }, (_, index) => index)
    const violationsByAnswer = await inParallel(answers, 8, async (index) => {
      const seed = index + 1000 * dialects.indexOf(dialect)
      const truth = answerText(seed, chunkCount)
      const id = await server.streams.createStream({ meta: seed })
      // The text is shorter than the response on the wire, so every cut is before the end.
      const bytes = Math.floor((Buffer.byteLength(truth) * (index + 0.5)) / cutsPerDialect)
      const place = index < cutsPerDialect - 5 ? places[index % places.length] : 'anywhere'
      planned.set(`/streams/${id}/drive`, { bytes, place: place ?? 'anywhere' })

      const client = createClient(`http://127.0.0.1:${proxy.port}/streams`, dialect)
      const stream = client.stream(id)
      const watch = watchStream(stream, truth)
      const detach = stream.attach({ start: true })
      const { text, status } = await watch.finished
      detach()
      watch.stop()
      const violations = [...watch.violations]
      steps += watch.shown
      if (status !== 'done') violations.push(`ended as ${status}`)
      if (text !== truth) violations.push(`ended with ${text.length} of ${truth.length} units`)
      if (runs.get(id) !== 1) violations.push(`the producer ran ${runs.get(id)} times`)
      return violations.map((violation) => `seed ${seed}, cut at ${bytes} (${place}): ${violation}`)
    })

    expect(violationsByAnswer.flat()).toEqual([])
    // Each text was shown in several steps, so its order could have gone wrong.
    expect(steps / cutsPerDialect).toBeGreaterThan(5)
    const made = places.map((place) => proxy.cuts[place] - before[place])
    expect(made.reduce((sum, count) => sum + count)).toBe(cutsPerDialect)
    for (const count of made) expect(count).toBeGreaterThan(cutsPerDialect / 4)
  })
})
