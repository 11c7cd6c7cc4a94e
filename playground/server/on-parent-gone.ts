export interface ParentOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** @default process.ppid */
  readonly getParent?: () => number
}

const checkEveryMs = 500

/**
 * Calls back once when the parent process has ended. npm sends SIGTERM to the shell between it and the server, and the shell
 * ends without passing it on. Without this check the server would keep running and keep its port. It does nothing outside
 * npm, where a server may outlive the shell that started it.
 *
 * @returns a function that stops the check
 */
export function onParentGone(listener: () => void, { env, getParent = () => process.ppid }: ParentOptions): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => {}
  const parent = getParent()
  const timer = setInterval(() => {
    if (getParent() === parent) return
    clearInterval(timer)
    listener()
  }, checkEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
