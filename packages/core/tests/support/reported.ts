import { vi } from 'vitest'
import { settle } from './fake-time'

/** Runs a function whose listeners throw, and returns the errors that were reported. One that is uncaught fails the test. */
export async function reportedIn(run: () => void | Promise<void>): Promise<unknown[]> {
  const report = vi.spyOn(console, 'error').mockImplementation(() => {})
  try {
    await run()
    await settle()
    return report.mock.calls.map(([error]) => error)
  } finally {
    report.mockRestore()
  }
}
