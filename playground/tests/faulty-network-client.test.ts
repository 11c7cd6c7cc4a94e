import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createStreamClient, keepstream, type StreamState } from '@keepstream/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFaultyNetwork } from '../src/faults/faulty-network'
import { text } from './support/fake-body'
import { watchUncaught } from './support/watch-uncaught'

watchUncaught()

describe('a client on a faulty network', () => {
  let server: Server
  let url: string
  let drives: number

  beforeEach(async () => {
    drives = 0
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://server')
      const isDrive = pathname.endsWith('/drive')
      if (isDrive) drives++
      const offset = Number(searchParams.get('offset') ?? 0)
      const event = (from: number, to: number) => `id: 1.${to}\ndata: ${JSON.stringify(text.slice(from, to))}\n\n`
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // The drive stays open after a part. A follower gets the rest, and the end.
      if (isDrive) response.write(event(0, 50))
      else response.end(`${event(offset, text.length)}event: end\nid: 1.${text.length}\ndata: {"status":"done"}\n\n`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  function read(retry = { minMs: 1, maxMs: 1 }) {
    const network = createFaultyNetwork((target, init) => fetch(target, init))
    const { environment } = network
    const seen: string[] = []
    const client = createStreamClient({
      ...keepstream({ url, fetch: network.fetch }),
      environment: { ...environment, requestAnimationFrame: undefined },
      retry,
      onEvent: ({ type }) => seen.push(type),
    })
    const stream = client.stream('a')
    const until = (isWanted: (state: StreamState) => boolean) =>
      new Promise<void>((resolve) => {
        const unlisten = stream.$state.subscribe((state) => {
          if (!isWanted(state)) return
          // The first call comes before there is anything to unsubscribe.
          queueMicrotask(() => unlisten())
          resolve()
        })
      })
    return { network, stream, until, seen }
  }

  it('reads on from where it was cut, and is not driven twice', async () => {
    const { network, stream, until, seen } = read()
    const detach = stream.attach({ start: true })
    await until((state) => state.text.length === 50)
    network.cut()
    await until((state) => state.status === 'done')
    expect(stream.$state.get().text).toBe(text)
    expect(seen).toEqual(['driving', 'appended', 'following', 'appended', 'finished'])
    expect([drives, network.state.get().open]).toEqual([1, 0])
    detach()
  })

  it('waits while it is offline, and goes on at once when it is not any more', async () => {
    const { network, stream, until, seen } = read({ minMs: 60_000, maxMs: 60_000 })
    const detach = stream.attach({ start: true })
    await until((state) => state.text.length === 50)
    network.setOffline(true)
    await until((state) => state.connection === 'waiting')
    network.setOffline(false)
    await until((state) => state.status === 'done')
    expect(stream.$state.get().text).toBe(text)
    expect(seen).toContain('waiting')
    detach()
  })

  it('shows the whole text on a slow network', async () => {
    const { network, stream, until } = read()
    const detach = stream.attach()
    network.setSlow(true)
    await until((state) => state.connection === 'live')
    network.setSlow(false)
    await until((state) => state.status === 'done')
    expect(stream.$state.get().text).toBe(text)
    detach()
  })
})
