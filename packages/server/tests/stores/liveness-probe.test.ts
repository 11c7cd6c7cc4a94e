import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLivenessProbe } from '../../src/stores/shared/liveness-probe'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function started(send: () => Promise<unknown> = async () => undefined) {
  let sent = 0
  let silences = 0
  const probe = createLivenessProbe({
    send: () => {
      sent += 1
      return send()
    },
    onSilent: () => {
      silences += 1
    },
  })
  return { probe, counts: () => ({ sent, silences }) }
}

it('sends a message at once, and again after 5 s without any message', async () => {
  const { probe, counts } = started()
  await vi.advanceTimersByTimeAsync(1_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  probe.received()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  probe.received()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  await vi.advanceTimersByTimeAsync(1)
  expect(counts()).toEqual({ sent: 2, silences: 0 })
  probe.stop()
  expect(vi.getTimerCount()).toBe(0)
})

it('reports once that a sent message did not arrive within 2 s, and stops', async () => {
  const { counts } = started()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(counts()).toEqual({ sent: 1, silences: 1 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(counts()).toEqual({ sent: 1, silences: 1 })
  expect(vi.getTimerCount()).toBe(0)
})

it('does not count a message that could not be sent as one that did not arrive', async () => {
  const { probe, counts } = started(() => Promise.reject(new Error('down')))
  await vi.advanceTimersByTimeAsync(20_000)
  expect(counts()).toEqual({ sent: 5, silences: 0 })
  probe.stop()
  expect(vi.getTimerCount()).toBe(0)
})

it('ignores a message that was sent before another arrived, or before it was stopped', async () => {
  const sends: (() => void)[] = []
  const { probe, counts } = started(() => new Promise<void>((resolve) => void sends.push(resolve)))
  probe.received()
  sends[0]?.()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  await vi.advanceTimersByTimeAsync(1)
  expect(counts()).toEqual({ sent: 2, silences: 0 })
  probe.stop()
  sends[1]?.()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(counts()).toEqual({ sent: 2, silences: 0 })
  expect(vi.getTimerCount()).toBe(0)
})
