import { createStreamClient, keepstream } from '@keepstream/core'
import { diagnose } from '@keepstream/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BufferingProxy, startBufferingProxy } from '../support/buffering-proxy'
import { type MemoryServer, startMemoryServer } from '../support/memory-server'
import { watchStream } from '../support/watch-stream'

let server: MemoryServer
let proxy: BufferingProxy
const runs: string[] = []
/** Appends text at once. `undefined` ends the text. */
let write: (text: string | undefined) => void = () => {}

beforeAll(async () => {
  server = await startMemoryServer(
    async ({ append, id }) => {
      runs.push(id)
      await new Promise<void>((resolve) => {
        write = (text) => (text === undefined ? resolve() : void append(text))
      })
    },
    { flush: { intervalMs: 20 } },
  )
})
afterAll(() => server.close())
beforeEach(async () => {
  proxy = await startBufferingProxy(server.port)
})
afterEach(() => proxy.close())

// The default is 4 s. A shorter time makes no difference to what is tested here.
const client = () => createStreamClient({ ...keepstream({ url: proxy.url }), pollAfterMs: 200 })

describe('behind a proxy that holds whole responses back', () => {
  it('a driver shows its first text, and all later text, while its own response is still held', async () => {
    const id = await server.streams.createStream()
    const stream = client().stream(id)
    const watch = watchStream(stream, 'Hello, world!')
    const detach = stream.attach({ start: true })
    const shows = (text: string) => expect.poll(() => stream.$state.get().text, { timeout: 20_000 }).toBe(text)
    await expect.poll(() => runs.includes(id), { timeout: 20_000 }).toBe(true)
    write('Hello,')
    await shows('Hello,')
    expect(stream.$state.get().connection).toBe('polling')
    expect(proxy.held).toBe(1)
    write(' world!')
    await shows('Hello, world!')
    expect(proxy.held).toBe(1)
    write(undefined)
    expect(await watch.finished).toMatchObject({ text: 'Hello, world!', status: 'done' })
    detach()
    watch.stop()
    expect(watch.violations).toEqual([])
    expect(runs.filter((run) => run === id)).toHaveLength(1)
    expect(proxy.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1)
  })

  it('a follower does too, and reads from its connection again once the proxy releases it', async () => {
    const id = await server.streams.createStream()
    const driver = createStreamClient(keepstream({ url: server.url })).stream(id)
    const leave = driver.attach({ start: true })
    const stream = client().stream(id)
    const detach = stream.attach()
    const shows = (text: string) => expect.poll(() => stream.$state.get().text, { timeout: 20_000 }).toBe(text)
    await expect.poll(() => runs.includes(id), { timeout: 20_000 }).toBe(true)
    write('Hello')
    await shows('Hello')
    expect(stream.$state.get().connection).toBe('polling')

    proxy.pass()
    let text = 'Hello'
    await expect
      .poll(
        () => {
          write('.')
          text += '.'
          return stream.$state.get().connection
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBe('live')
    await shows(text)
    write(undefined)
    await expect.poll(() => stream.$state.get(), { timeout: 20_000 }).toMatchObject({ text, status: 'done' })
    detach()
    leave()
  })

  it('is found by `diagnose`, which finds nothing wrong with the server alone', async () => {
    const id = await server.streams.createStream()
    const request = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }
    const direct = diagnose(`${server.url}/${id}/drive`, request)
    const held = diagnose(`${proxy.url}/${id}/drive`, request)
    await expect.poll(() => runs.includes(id), { timeout: 20_000 }).toBe(true)
    // Longer than text may flow without a mark of time.
    for (let part = 0; part < 23; part++) {
      write('. ')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    write(undefined)
    expect(await direct).toEqual({ ok: true, findings: [] })
    const { findings } = await held
    expect(findings.map(({ code }) => code)).toEqual(['buffered'])
    expect(findings[0]?.evidence).toMatch(/^nothing for .* s, then at once a text that was written in that time$/)
  })
})
