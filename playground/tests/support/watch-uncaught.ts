import { afterEach, beforeEach, expect } from 'vitest'

/** Fails a test that leaves an unhandled rejection. */
export function watchUncaught(): void {
  const uncaught: unknown[] = []
  const note = (reason: unknown) => uncaught.push(reason)
  beforeEach(() => void process.on('unhandledRejection', note))
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(uncaught.splice(0)).toEqual([])
  })
}
