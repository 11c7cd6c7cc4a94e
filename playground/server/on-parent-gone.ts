export interface ParentOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** @default process.ppid */
  readonly getParent?: () => number
}

const lookEveryMs = 500

/**
 * Calls back once when the process that started this one has gone. npm hands SIGTERM to the shell between it and the
 * server, and the shell dies of it without passing it on: without this look the server would stay behind and keep its
 * port. Does nothing outside npm, where a server may well outlive the shell that started it.
 *
 * @returns the undo
 */
export function onParentGone(listener: () => void, { env, getParent = () => process.ppid }: ParentOptions): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => {}
  const parent = getParent()
  const timer = setInterval(() => {
    if (getParent() === parent) return
    clearInterval(timer)
    listener()
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
