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
  /** Whether a later resume has aborted the signal, and not the user. Known a microtask after the abort. @default never */
  readonly isReplaced?: () => boolean
}

/** The chunks of an answer: of its streams, one after the other. The last one may still grow. */
export function readAnswer(
  streams: readonly TextStream[],
  { start, messageId, signal, isReplaced }: ReadAnswerOptions,
): ReadableStream<ChatChunk> {
  const leaving = new AbortController()
  const stop = async () => {
    // `isReplaced` knows it then.
    await Promise.resolve()
    if (!isReplaced?.()) await streams.at(-1)?.stop()
  }
  // A stop that fails leaves the answer running. The next resume shows it.
  const onAbort = () => void stop().catch(() => undefined)

  async function read(send: (chunk: ChatChunk) => void): Promise<void> {
    if (signal?.aborted) return onAbort()
    for (const [index, stream] of streams.entries()) {
      const id = index === 0 ? messageId : undefined
      const status = await readStream(stream, { start, messageId: id, leaving: leaving.signal, send })
      if (status !== 'done') return
    }
  }

  return queuedStream(
    (send) => {
      signal?.addEventListener('abort', onAbort)
      return read(send).finally(() => signal?.removeEventListener('abort', onAbort))
    },
    () => leaving.abort(),
  )
}
