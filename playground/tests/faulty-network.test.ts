import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFaultyNetwork } from '../src/faults/faulty-network'
import { bytes, piecesOf, serve, source, text } from './support/fake-body'
import { watchUncaught } from './support/watch-uncaught'

watchUncaught()
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a faulty network without a fault', () => {
  it('passes a response on unchanged, chunk by chunk', async () => {
    const { send, end, body } = source()
    const { network } = serve(body, { status: 203, headers: { 'content-type': 'text/event-stream' } })
    const response = await network.fetch('/a', {})
    expect([response.status, response.headers.get('content-type')]).toEqual([203, 'text/event-stream'])
    send(bytes.slice(0, 100))
    send(bytes.slice(100))
    end()
    const pieces = await piecesOf(response)
    expect(pieces.map(({ length }) => length)).toEqual([100, bytes.length - 100])
    expect(Buffer.concat(pieces).toString()).toBe(text)
  })

  it('counts open requests: from the request to the end of the body', async () => {
    const { network } = serve(text)
    const received: number[] = []
    network.state.subscribe(() => received.push(network.state.get().open))
    const asking = network.fetch('/a', {})
    expect(received).toEqual([1])
    const response = await asking
    expect(received).toEqual([1])
    await response.text()
    expect(received).toEqual([1, 0])

    await (await network.fetch('/b', {}).catch(() => undefined))?.body?.cancel()
    expect(network.state.get().open).toBe(0)
  })

  it('passes on a response without a body, and a failure too', async () => {
    const none = serve(null, { status: 204 }).network
    expect((await none.fetch('/a', {})).status).toBe(204)
    expect(none.state.get().open).toBe(0)
    const failing = createFaultyNetwork(() => Promise.reject(new TypeError('refused')))
    await expect(failing.fetch('/a', {})).rejects.toThrow('refused')
    expect(failing.state.get().open).toBe(0)
  })

  it('reads nothing that is not read from it', async () => {
    const { seen, body } = source()
    const { network } = serve(body)
    const response = await network.fetch('/a', {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen.reads).toBe(0)
    await response.body?.cancel()
    expect(seen.isCancelled).toBe(true)
  })

  it("aborts with the signal's reason, and cancels the body", async () => {
    const { seen, send, body } = source()
    const { network } = serve(body)
    const abort = new AbortController()
    const response = await network.fetch('/a', { signal: abort.signal })
    const reader = response.body?.getReader()
    send(bytes)
    await reader?.read()
    const next = reader?.read()
    abort.abort(new Error('not wanted'))
    await expect(next).rejects.toThrow('not wanted')
    expect(seen.isCancelled).toBe(true)
    expect(network.state.get().open).toBe(0)
  })
})

describe('cut()', () => {
  it('breaks every open body as a lost connection does, and lets later requests through', async () => {
    const sources = [source(), source()]
    let asked = 0
    const network = createFaultyNetwork(async () => new Response(sources[asked++]?.body ?? text))
    const readers = [await network.fetch('/a', {}), await network.fetch('/b', {})].map((one) => one.body?.getReader())
    for (const { send } of sources) send(bytes.slice(0, 10))
    for (const reader of readers) expect((await reader?.read())?.value).toHaveLength(10)
    const reads = readers.map((reader) => reader?.read())
    network.cut()
    for (const read of reads) await expect(read).rejects.toThrow(TypeError)
    expect(sources.map(({ seen }) => seen.isCancelled)).toEqual([true, true])
    expect(network.state.get().open).toBe(0)
    expect(await (await network.fetch('/c', {})).text()).toBe(text)
  })

  it('breaks a request that has no response yet', async () => {
    const network = createFaultyNetwork(
      (_, { signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    )
    const asking = network.fetch('/a', {})
    network.cut()
    await expect(asking).rejects.toThrow(TypeError)
    expect(network.state.get().open).toBe(0)
  })

  it('does nothing to a body that was read to its end', async () => {
    const { network } = serve(text)
    const response = await network.fetch('/a', {})
    expect(await response.text()).toBe(text)
    network.cut()
    network.cut()
    expect(network.state.get().open).toBe(0)
  })
})

describe('setOffline()', () => {
  it('breaks open requests, and lets nothing through until it is switched off', async () => {
    const { body } = source()
    const { network, asked } = serve(body)
    const read = (await network.fetch('/a', {})).body?.getReader().read()
    network.setOffline(true)
    await expect(read).rejects.toThrow(TypeError)
    await expect(network.fetch('/b', {})).rejects.toThrow(TypeError)
    expect(asked).toHaveLength(1)
  })

  it('sends `online` once to each listener, and none to one whose signal has aborted', () => {
    const { network } = serve(text)
    const online = vi.fn()
    const gone = vi.fn()
    const abort = new AbortController()
    network.environment.addEventListener?.('online', online, { signal: new AbortController().signal })
    network.environment.addEventListener?.('online', gone, { signal: abort.signal })
    abort.abort()
    network.setOffline(false)
    network.setOffline(true)
    network.setOffline(true)
    expect(online).not.toHaveBeenCalled()
    network.setOffline(false)
    network.setOffline(false)
    expect(online).toHaveBeenCalledOnce()
    expect(gone).not.toHaveBeenCalled()
  })

  it('reports that there is no network, and sends `offline` to its listeners', () => {
    const { network } = serve(text)
    const offline = vi.fn(() => expect(network.environment.navigator?.onLine).toBe(false))
    network.environment.addEventListener?.('offline', offline, { signal: new AbortController().signal })
    expect(network.environment.navigator?.onLine).toBe(true)
    network.setOffline(true)
    expect(offline).toHaveBeenCalledOnce()
    network.setOffline(false)
    expect(network.environment.navigator?.onLine).toBe(true)
  })

  it("passes on the device's events too, but stays offline while it is switched off", () => {
    const device = new EventTarget()
    vi.stubGlobal('addEventListener', device.addEventListener.bind(device))
    const { network } = serve(text)
    const online = vi.fn()
    const abort = new AbortController()
    network.environment.addEventListener?.('online', online, { signal: abort.signal })
    device.dispatchEvent(new Event('online'))
    expect(online).toHaveBeenCalledOnce()
    network.setOffline(true)
    device.dispatchEvent(new Event('online'))
    expect(online).toHaveBeenCalledOnce()
    network.setOffline(false)
    abort.abort()
    device.dispatchEvent(new Event('online'))
    expect(online).toHaveBeenCalledTimes(2)
  })
})

describe('setSlow()', () => {
  it('lets a response begin late, and arrive in small chunks with a wait before each', async () => {
    vi.useFakeTimers()
    const { network, asked } = serve(bytes)
    network.setSlow(true)
    const asking = network.fetch('/a', {})
    await vi.advanceTimersByTimeAsync(399)
    expect(asked).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toHaveLength(1)
    const pieces: Uint8Array[] = []
    const reading = (async () => {
      for await (const piece of (await asking).body ?? []) pieces.push(piece)
    })()
    await vi.advanceTimersByTimeAsync(119)
    expect(pieces).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(pieces).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(120)
    expect(pieces.map(({ length }) => length)).toEqual([48, 48])
    await vi.advanceTimersByTimeAsync(60_000)
    await reading
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(48)
    expect(Buffer.concat(pieces).toString()).toBe(text)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends all held-back bytes at once when it is switched off', async () => {
    vi.useFakeTimers()
    const { network } = serve(bytes)
    network.setSlow(true)
    const asking = network.fetch('/a', {})
    network.setSlow(false)
    const response = await asking
    network.setSlow(true)
    const reader = response.body?.getReader()
    const first = reader?.read()
    await vi.advanceTimersByTimeAsync(120)
    expect((await first)?.value).toHaveLength(48)
    const second = reader?.read()
    network.setSlow(false)
    expect((await second)?.value).toHaveLength(bytes.length - 48)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is cut and aborted while it holds something back, and leaves no timer', async () => {
    vi.useFakeTimers()
    const { network } = serve(bytes)
    network.setSlow(true)
    const unsent = network.fetch('/a', {})
    network.cut()
    await expect(unsent).rejects.toThrow(TypeError)
    const abort = new AbortController()
    const asking = network.fetch('/a', { signal: abort.signal })
    await vi.advanceTimersByTimeAsync(400)
    const read = (await asking).body?.getReader().read()
    abort.abort()
    await expect(read).rejects.toThrow()
    expect([vi.getTimerCount(), network.state.get().open]).toEqual([0, 0])
  })

  it('reads no further ahead than the current chunk', async () => {
    vi.useFakeTimers()
    const { seen, send, body } = source()
    const { network } = serve(body)
    const response = await network.fetch('/a', {})
    network.setSlow(true)
    const reader = response.body?.getReader()
    const first = reader?.read()
    await vi.advanceTimersByTimeAsync(0)
    send(bytes)
    await vi.advanceTimersByTimeAsync(1_000)
    await first
    await vi.advanceTimersByTimeAsync(10_000)
    expect(seen.reads).toBe(1)
    await reader?.cancel()
  })
})
