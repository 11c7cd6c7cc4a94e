import { afterEach, describe, expect, it, vi } from 'vitest'
import { backoffMs } from '../../src/backoff'

describe('the wait before a further try', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    [0, [50, 100, 200, 400, 400]],
    [0.5, [75, 150, 300, 600, 600]],
    [1, [100, 200, 400, 800, 800]],
  ])('doubles up to its bound, and leaves half of it to chance (%d)', (chance, waits) => {
    vi.spyOn(Math, 'random').mockReturnValue(chance)
    expect([1, 2, 3, 4, 9].map((count) => backoffMs(count, { minMs: 100, maxMs: 800 }))).toEqual(waits)
  })
})
