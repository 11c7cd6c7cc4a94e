import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLivenessProbe } from '../../src/stores/shared/liveness-probe'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function started(send: () => Promise<unknown> = async () => undefined) {
  let sent = 0
  let silences = 0
  const pulse = createLivenessProbe({
    send: () => {
      sent += 1
      return send()
    },
    onSilent: () => {
      silences += 1
    },
  })
  return { pulse, counts: () => ({ sent, silences }) }
}

it('asks at once, and is content for 5 s with whatever was heard', async () => {
  const { pulse, counts } = started()
  await vi.advanceTimersByTimeAsync(1_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  pulse.heard()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  pulse.heard()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  await vi.advanceTimersByTimeAsync(1)
  expect(counts()).toEqual({ sent: 2, silences: 0 })
  pulse.stop()
  expect(vi.getTimerCount()).toBe(0)
})

it('tells once of a message that was sent and not heard within 2 s, and is over', async () => {
  const { counts } = started()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(counts()).toEqual({ sent: 1, silences: 1 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(counts()).toEqual({ sent: 1, silences: 1 })
  expect(vi.getTimerCount()).toBe(0)
})

it('takes no message that could not be sent for one that was not heard', async () => {
  const { pulse, counts } = started(() => Promise.reject(new Error('down')))
  await vi.advanceTimersByTimeAsync(20_000)
  expect(counts()).toEqual({ sent: 5, silences: 0 })
  pulse.stop()
  expect(vi.getTimerCount()).toBe(0)
})

it('waits for nothing that was asked before something was heard, nor after it was stopped', async () => {
  const sends: (() => void)[] = []
  const { pulse, counts } = started(() => new Promise<void>((resolve) => void sends.push(resolve)))
  pulse.heard()
  sends[0]?.()
  await vi.advanceTimersByTimeAsync(4_999)
  expect(counts()).toEqual({ sent: 1, silences: 0 })
  await vi.advanceTimersByTimeAsync(1)
  expect(counts()).toEqual({ sent: 2, silences: 0 })
  pulse.stop()
  sends[1]?.()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(counts()).toEqual({ sent: 2, silences: 0 })
  expect(vi.getTimerCount()).toBe(0)
})
