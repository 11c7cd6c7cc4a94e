import { afterEach, expect, it } from 'vitest'
import { answerPieces, answerText } from '../support/answer-text.mjs'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'

const driveCount = 100

let server: MemoryServer
afterEach(() => server.close())

it(`${driveCount} simultaneous drives of one stream run the producer once, and all get the whole text`, async () => {
  let runs = 0
  server = await startMemoryServer(async function* () {
    runs += 1
    for (const piece of answerPieces(3)) {
      yield piece
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })
  const id = await server.streams.createStream()
  const drives = Array.from({ length: driveCount }, async () => {
    const response = await fetch(`${server.url}/${id}/drive`, { method: 'POST', headers: { accept: 'text/plain' } })
    expect(response.status).toBe(200)
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
  })
  for (const text of await Promise.all(drives)) expect(text).toBe(answerText(3))
  expect(runs).toBe(1)
  expect(await server.streams.getStreamBody(id)).toMatchObject({ text: answerText(3), status: 'done' })
})
