/** The functions that a process offers to the one that started it. */
export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>

export interface CallMessage {
  readonly call: number
  readonly name: string
  readonly args: readonly unknown[]
}

export type ReplyMessage =
  | { readonly ready: true }
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: string }

/** In a process that `startProcess` has started: answers its calls, and ends when it disconnects. */
export function answerCalls(calls: Calls): void {
  const send = (message: ReplyMessage) => process.send?.(message)
  process.on('message', async ({ call, name, args }: CallMessage) => {
    try {
      const result = await calls[name]?.(...(args as never[]))
      send({ call, result })
    } catch (error) {
      send({ call, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
  send({ ready: true })
}
