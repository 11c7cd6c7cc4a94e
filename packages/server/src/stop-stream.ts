import { StreamsError } from './errors'
import type { Runtime } from './runtime'
import type { StreamHead } from './store'
import { isStreamId } from './stream-id'
import { isTerminal, type StreamStatus } from './types'

/** How long to wait for the end to be stored. */
const waitMs = 5_000

/** Stops the run here at once, or notes the wish for the process that has it, and waits for the end. */
export async function stopStream(
  runtime: Runtime,
  id: string,
): Promise<{ readonly status: StreamStatus; readonly offset: number }> {
  const { ask, runs, expiry } = runtime
  const { store } = runtime.options
  runs.stop(id)
  const head = isStreamId(id) ? await ask(() => store.requestStop(id), id) : undefined
  if (!head) throw new StreamsError('not-found', `there is no stream '${id}'`)
  const settled = await expiry.settle(head)
  const { status, offset } = isTerminal(settled.status) ? settled : await ended(runtime, settled)
  return { status, offset }
}

/** The head once it is terminal, or as it last was when the wait is over. */
function ended({ hub, options, expiry }: Runtime, asked: StreamHead): Promise<StreamHead> {
  const { environment, store } = options
  return new Promise((resolve) => {
    let last = asked
    const finish = () => {
      environment.clearTimeout(timer)
      unsubscribe()
      resolve(last)
    }
    const timer = environment.setTimeout(finish, waitMs)
    const head = (seen: StreamHead) => {
      last = seen
      if (isTerminal(seen.status)) finish()
    }
    const look = () =>
      store.heads([asked.id]).then(
        ([found]) => (found ? head(found) : finish()),
        // The store fails: the hub looks again, and wakes this once it answers.
        () => expiry.storeFailed(),
      )
    const unsubscribe = hub.subscribe(asked.id, { wake: () => void look(), shutDown: finish })
    void look()
  })
}
