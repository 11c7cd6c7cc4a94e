import type { DriveRequest, TextStream } from '@keepstream/core'
import type { ChatChunk } from './chat-types'
import { queuedStream } from './queued-stream'
import { readStream } from './read-stream'

export interface ReadAnswerOptions {
  /** Drives the stream. */
  readonly start?: true | DriveRequest
  /** The id of the message, if the answer does not say it. */
  readonly messageId: string | undefined
  readonly signal: AbortSignal | undefined
  /** Whether the user has stopped the answer. Asked soon after the signal has aborted. */
  readonly isStopped: () => boolean
}

/** The chunks of an answer: of its streams, one after the other. The last one may still grow. */
export function readAnswer(
  streams: readonly TextStream[],
  { start, messageId, signal, isStopped }: ReadAnswerOptions,
): ReadableStream<ChatChunk> {
  const leaving = new AbortController()
  const stop = async () => {
    // A resume that replaces this one has aborted it just before it begins itself.
    await Promise.resolve()
    if (isStopped()) await streams.at(-1)?.stop()
  }
  // A stop that fails leaves the answer running. The next resume shows it.
  const onAbort = () => void stop().catch(() => undefined)

  async function read(send: (chunk: ChatChunk) => void): Promise<void> {
    for (const [index, stream] of streams.entries()) {
      const id = index === 0 ? messageId : undefined
      const status = await readStream(stream, { start, messageId: id, leaving: leaving.signal, send })
      if (status !== 'done') return
    }
  }

  if (signal?.aborted) onAbort()
  const reading = signal?.aborted ? async () => {} : read
  return queuedStream(
    (send) => {
      signal?.addEventListener('abort', onAbort)
      return reading(send).finally(() => signal?.removeEventListener('abort', onAbort))
    },
    () => leaving.abort(),
  )
}
