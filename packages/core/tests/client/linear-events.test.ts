import type { StreamEvent } from '@keepstream/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { settle, useFakeTime } from '../support/fake-time'

const path = '../../src/merge/merge'

/** The client with a merge that is counted. Its modules are this file's own: others may have loaded them before. */
async function loadCounted() {
  vi.resetModules()
  const original = await vi.importActual<typeof import('../../src/merge/merge')>(path)
  const merge = vi.fn(original.merge)
  vi.doMock(path, () => ({ merge }))
  return { merge, ...(await import('../support/setup')) }
}

const { merge, setup, shown } = await loadCounted()
vi.doUnmock(path)
vi.resetModules()

useFakeTime()
afterEach(() => vi.restoreAllMocks())

/** The numbers of merges and of compared code units, while this many chunks were driven. */
async function work(pieces: number, onEvent?: (event: StreamEvent) => void) {
  merge.mockClear()
  let compared = 0
  const { startsWith } = String.prototype
  vi.spyOn(String.prototype, 'startsWith').mockImplementation(function (this: string, ...args) {
    compared += args[0].length
    return startsWith.apply(this, args)
  })
  const { client, live } = setup({ onEvent })
  const stream = client.stream('a')
  stream.attach({ start: true })
  await settle()
  const { chunk, end } = live.last.sink
  for (let offset = 0; offset < 2 * pieces; offset += 2) chunk({ offset, text: 'ab', origin: { epoch: 1, base: 0 } })
  end({ end: 2 * pieces, status: 'done', epoch: 1 })
  await settle()
  vi.mocked(String.prototype.startsWith).mockRestore()
  expect(shown(stream)).toMatchObject({ status: 'done', text: 'ab'.repeat(pieces) })
  return { merges: merge.mock.calls.length, compared }
}

describe('onText', () => {
  it('gets what was added, and the whole text is not copied for it', async () => {
    const { client, live } = setup({ throttleMs: 0 })
    const stream = client.stream('a')
    let received = ''
    stream.onText((delta) => {
      received += delta
    })
    stream.attach({ start: true })
    await settle()
    const { chunk, end } = live.last.sink
    let longest = 0
    const { slice } = String.prototype
    vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, from = 0, to = this.length) {
      // An empty part costs nothing.
      if (from !== to) longest = Math.max(longest, this.length)
      return slice.call(this, from, to)
    })
    for (let offset = 0; offset < 2000; offset += 2) {
      chunk({ offset, text: 'ab', origin: { epoch: 1, base: 0 } })
      await settle(1)
    }
    end({ end: 2000, status: 'done', epoch: 1 })
    await settle()
    vi.mocked(String.prototype.slice).mockRestore()
    expect(received).toBe('ab'.repeat(1000))
    expect(longest).toBeLessThan(10)
  })
})

describe('onEvent', () => {
  it('costs no merge and no comparison, however long the text is', async () => {
    let events = 0
    const without = await work(400)
    const withEvents = await work(400, () => events++)
    expect(events).toBe(402)
    expect(withEvents).toEqual(without)
    const longer = await work(1600, () => events++)
    // The first chunk and the end. Every chunk between them is the next part, which is only added.
    expect(longer.merges).toBe(3)
    expect(withEvents.merges).toBe(3)
    expect(longer.compared).toBe(without.compared)
  })
})
