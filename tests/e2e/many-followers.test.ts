import { afterEach, expect, it } from 'vitest'
import { answerPieces, answerText, createRandom } from '../support/answer-text.mjs'
import { createClient } from '../support/create-client'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { type Watch, watchStream } from '../support/watch-stream'

const followerCount = 50
const pieceCount = 120
const seed = Number(process.env['SEED'] ?? 20261122)

let server: MemoryServer
afterEach(() => server.close())

it(`${followerCount} followers that join at random moments all end with the exact text (SEED=${seed})`, async () => {
  const random = createRandom(seed)
  const truth = answerText(seed, pieceCount)
  // The moment a follower joins is a piece of the answer; some come when all is over.
  const joins = Array.from({ length: followerCount }, () => Math.floor(random() * pieceCount * 1.1))
  const watches: Watch[] = []
  const detaches: (() => void)[] = []
  let joinAt: (index: number) => void = () => undefined

  server = await startMemoryServer(async ({ append }) => {
    for (const [index, piece] of answerPieces(seed, pieceCount).entries()) {
      joinAt(index)
      await append(piece)
      await new Promise((resolve) => setTimeout(resolve, 4))
    }
  })
  const id = await server.streams.createStream()
  const join = () => {
    const stream = createClient(server.url, 'sse').stream(id)
    watches.push(watchStream(stream, truth))
    detaches.push(stream.attach())
  }
  joinAt = (index) => {
    for (const at of joins) if (at === index) join()
  }
  const driver = createClient(server.url, 'sse').stream(id)
  const driving = watchStream(driver, truth)
  detaches.push(driver.attach({ start: true }))
  await driving.finished
  for (const at of joins) if (at >= pieceCount) join()

  expect(watches).toHaveLength(followerCount)
  const states = await Promise.all([driving, ...watches].map((watch) => watch.finished))
  for (const { text, status } of states) {
    expect(status).toBe('done')
    expect(text).toBe(truth)
  }
  expect([driving, ...watches].flatMap((watch) => watch.violations)).toEqual([])
  for (const detach of detaches) detach()
})
