/** Calls a listener of the application. If it throws, the error is reported and reading goes on. */
export function guarded(run: () => void): void {
  try {
    run()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
