import { afterEach, expect, it } from 'vitest'
import { countWork, type Work } from '../support/count-work'
import { createClient } from '../support/create-client'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

const token = 'word '

let server: MemoryServer
afterEach(() => server.close())

/** Drives and follows an answer of `tokens` tokens to its end and counts what that took. */
async function measure(tokens: number): Promise<Work> {
  const counter = countWork()
  server = await startMemoryServer(
    async ({ append }) => {
      for (let index = 0; index < tokens; index += 1) await append(token)
    },
    { maxLength: tokens * token.length + 1 },
    counter.store,
  )
  const truth = token.repeat(tokens)
  const id = await server.streams.createStream()
  const driver = createClient(server.url, 'sse', counter.fetch('driver')).stream(id)
  const follower = createClient(server.url, 'sse', counter.fetch('follower')).stream(id)
  const watches = [driver, follower].map((stream) => watchStream(stream, truth))
  const added = { characters: 0 }
  follower.onText((delta) => {
    added.characters += delta.length
  })
  const detaches = [driver.attach({ start: true }), follower.attach()]
  for (const watch of watches) {
    const { text, status } = await watch.finished
    expect(status).toBe('done')
    expect(text === truth).toBe(true)
    expect(watch.violations).toEqual([])
  }
  for (const detach of detaches) detach()
  await server.close()
  // Each character is added to the screen once, and written to the store once.
  expect(added.characters).toBe(truth.length)
  expect(counter.work.storedCharacters).toBe(truth.length)
  return counter.work
}

it('100,000 tokens cost four times the work of 25,000: on the wire, in the store and on the screen', async () => {
  const small = await measure(25_000)
  const large = await measure(100_000)
  const text = 100_000 * token.length
  // A follower reads no character twice from the store, however many notifications arrive, and most of them not even once:
  // its process still has them.
  expect(small.readCharacters).toBeLessThanOrEqual((text / 4) * 1.1)
  expect(large.readCharacters).toBeLessThanOrEqual(text * 1.1)
  expect(large.storeReads).toBeLessThanOrEqual(large.storeWrites * 2 + 50)
  // An event for every token would be some 60 bytes each; a body sent again for each slice would be megabytes more.
  expect(large.driverBytes).toBeLessThan(100_000 * 60)
  expect(large.followerBytes).toBeLessThan(text * 1.5)
  // The drive response may batch more or less from run to run; growth beyond that would be another power.
  expect(large.driverBytes / small.driverBytes).toBeLessThan(8)
})
