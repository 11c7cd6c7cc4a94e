import { notFound } from '../errors'
import type { Runtime } from '../runtime'
import { isTerminal, type StreamStatus } from '../store/status'
import { isStreamId } from '../store/stream-id'
import type { StreamHead } from '../store/stream-store'

/** The stream after `stopStream`. */
export interface StoppedStream {
  /** `stopped`, or how the stream had ended before. Not terminal: the end is not stored yet. */
  readonly status: StreamStatus
  /** The durable length. */
  readonly offset: number
  /** The epoch of the text. */
  readonly epoch: number
  /** Why the status is `error`. */
  readonly error?: string
  /** The producer's finish reason, if the stream had ended by itself with one. */
  readonly finishReason?: string
}

/** How long to wait until the end is stored, in milliseconds. */
const waitMs = 5_000

/** Stops the run of this process at once, or stores the request for the process that has it. Then waits for the end. */
export async function stopStream(runtime: Runtime, id: string): Promise<StoppedStream> {
  const { runs, expiry, report } = runtime
  const { store } = runtime.options
  runs.stop(id)
  if (!isStreamId(id)) throw notFound(id)
  const isPending = !runs.isProducing(id) && (await isNeverDriven())
  const head = await store.requestStop(id)
  if (!head) throw notFound(id)
  if (isPending && head.status === 'stopped')
    report.event({ type: 'closed', id, status: 'stopped', offset: head.offset })
  const settled = await expiry.settle(head)
  const { status, offset, epoch, error, finishReason } = isTerminal(settled.status)
    ? settled
    : await ended(runtime, settled)
  return {
    status,
    offset,
    epoch,
    ...(error === undefined ? {} : { error }),
    ...(finishReason === undefined ? {} : { finishReason }),
  }

  /** No run reports the end of such a stream, so `stopStream` reports it. */
  async function isNeverDriven(): Promise<boolean> {
    // Called directly: after `requestStop` nothing shows any more that it was pending.
    const [head] = await store.heads([id])
    return head?.status === 'pending'
  }
}

/**
 * The head once it is terminal, or as it last was when the wait is over. Rejects if the stream is deleted meanwhile.
 */
function ended({ heads, hub, options }: Runtime, first: StreamHead): Promise<StreamHead> {
  const { environment } = options
  return new Promise((resolve, reject) => {
    let last = first
    const leave = () => {
      environment.clearTimeout(timer)
      heads.unwatch(first.id, watcher)
      remove()
    }
    const finish = () => {
      leave()
      resolve(last)
    }
    const watcher = {
      onHead(head: StreamHead | undefined) {
        if (!head) return void confirmDeleted()
        last = head
        if (isTerminal(head.status)) finish()
      },
    }
    // A stream without a head may still exist. If this read fails, the next poll tries again.
    const confirmDeleted = async () => {
      const range = await hub.read(first.id, 0, 0).catch(() => null)
      if (range !== undefined) return
      leave()
      reject(notFound(first.id))
    }
    const timer = environment.setTimeout(finish, waitMs)
    heads.watch(first.id, watcher)
    const remove = hub.onShutDown(finish)
    // The end may have been stored before the watch began.
    heads.pollNow(first.id)
  })
}
