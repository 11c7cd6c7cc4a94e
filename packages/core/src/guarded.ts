/**
 * Calls a listener of the application. An error that it throws is reported, and reading goes on: it goes to the page's error
 * handlers, as an error of an event listener does. Where there is no page, it goes to the console, because an uncaught error
 * would end a process.
 */
export function guarded(run: () => void): void {
  try {
    run()
  } catch (error) {
    const { document, reportError } = globalThis as { document?: unknown; reportError?: (error: unknown) => void }
    if (document && reportError) reportError(error)
    else console.error(error)
  }
}
