import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from '../support/create-client'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

// More bytes than the socket buffers of both sides hold, so that a reader that stops is really stuck.
const chunk = '書く人は誰も待たない。'.repeat(3_720)
const chunkCount = 90
const truth = chunk.repeat(chunkCount)

let server: MemoryServer

beforeEach(async () => {
  server = await startMemoryServer(async function* () {
    for (let index = 0; index < chunkCount; index += 1) yield chunk
  })
})

afterEach(() => server.close())

it('a driver that stops reading delays neither the generation nor the store nor a follower', async () => {
  const id = await server.streams.createStream()
  const driver = connect(server.port, '127.0.0.1')
  // The server may reset the connection when it closes, after the checks of this test.
  driver.on('error', () => undefined)
  await once(driver, 'connect')
  driver.write(`POST /streams/${id}/drive HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: 0\r\n\r\n`)
  await once(driver, 'readable')

  const streams = Array.from({ length: 2 }, () => createClient(server.url, 'sse').stream(id))
  const watches = streams.map((stream) => watchStream(stream, truth))
  const detaches = streams.map((stream) => stream.attach())
  for (const watch of watches) {
    const { text, status } = await watch.finished
    expect(status).toBe('done')
    expect(text === truth).toBe(true)
    expect(watch.violations).toEqual([])
  }
  const stored = await server.streams.getStreamBody(id)
  expect(stored.status).toBe('done')
  expect(stored.text === truth).toBe(true)
  expect(driver.bytesRead).toBeLessThan(Buffer.byteLength(truth) / 2)
  for (const detach of detaches) detach()
  driver.destroy()
})
