import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { onParentGone } from '../server/on-parent-gone'

let parent: number
const getParent = () => parent
const underNpm = { env: { npm_lifecycle_event: 'serve' }, getParent }

beforeEach(() => {
  vi.useFakeTimers()
  parent = 4711
})
afterEach(() => vi.useRealTimers())

it('calls back once, when npm’s shell is gone', () => {
  const listener = vi.fn()
  onParentGone(listener, underNpm)
  vi.advanceTimersByTime(5_000)
  expect(listener).not.toHaveBeenCalled()
  parent = 1
  vi.advanceTimersByTime(5_000)
  expect(listener).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})

it('lets a server outlive a shell that is not npm’s', () => {
  const listener = vi.fn()
  onParentGone(listener, { env: {}, getParent })
  parent = 1
  vi.advanceTimersByTime(5_000)
  expect(listener).not.toHaveBeenCalled()
})

it('leaves nothing behind after it was stopped', () => {
  const listener = vi.fn()
  onParentGone(listener, underNpm)()
  parent = 1
  vi.advanceTimersByTime(5_000)
  expect([listener.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0])
})
