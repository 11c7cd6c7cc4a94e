import { type DriveRequest, isTerminal, type StreamStatus, type TextStream } from '@keepstream/core'
import { createMarkEncoder, decodeMarks, initialMarkState, standingText, type UiChunk } from '@keepstream/core/marks'
import type { ChatChunk } from './chat-types'

export interface ReadStreamOptions {
  readonly start: true | DriveRequest | undefined
  readonly messageId: string | undefined
  /** Aborts when nobody reads the chunks any more. */
  readonly leaving: AbortSignal
  readonly send: (chunk: ChatChunk) => void
}

/**
 * Sends the chunks of one stream. Resolves with its status once it has ended, or when nobody reads it any more. Rejects with
 * the `StreamError` of the stream if it ends as `error` or `timeout`, or cannot be read.
 */
export function readStream(stream: TextStream, options: ReadStreamOptions): Promise<StreamStatus> {
  const { start, messageId, leaving, send } = options
  const { $state } = stream
  let marks = initialMarkState
  /** How much of the text is sent, and what stood of it then. */
  let length = 0
  let sent = ''
  let hasStarted = false
  let hasFinished = false

  function sendChunk(chunk: UiChunk): void {
    const isStart = chunk.type === 'start'
    // The id makes the message the same one on every device, and after a reload.
    if (!hasStarted && !isStart) send({ type: 'start', ...(messageId !== undefined && { messageId }) })
    const isUnnamed = !hasStarted && isStart && messageId !== undefined && chunk['messageId'] === undefined
    hasStarted = true
    hasFinished ||= chunk.type === 'finish'
    send(isUnnamed ? { ...chunk, messageId } : chunk)
  }

  /** Returns false if a rewind in `text` withdraws what is sent. */
  function decode(text: string): boolean {
    const [next, chunks] = decodeMarks(marks, text)
    if (chunks.some(({ type }) => type === 'rewind')) return decodeStanding(standingText($state.get().text))
    marks = next
    sent += text
    for (const chunk of chunks) sendChunk(chunk)
    return true
  }

  function decodeStanding(standing: string): boolean {
    // Nothing was sent of a mark that has not ended.
    if (marks.pending !== undefined) sent = sent.slice(0, sent.lastIndexOf('\x1e'))
    marks = { ...marks, pending: undefined }
    return standing.startsWith(sent) && decode(standing.slice(sent.length))
  }

  /** The end of a text that does not say it, such as plain text. A mark also ends prose that no mark has opened. */
  function decodeEnd(chunk: UiChunk): void {
    if (!hasFinished) decode(createMarkEncoder().push(chunk))
  }

  return new Promise((resolve, reject) => {
    let isOver = false
    let detach = () => {}

    function leave(): void {
      isOver = true
      unlisten()
      unhear()
      detach()
      leaving.removeEventListener('abort', onLeaving)
    }

    function onLeaving(): void {
      leave()
      resolve($state.get().status)
    }

    function onText(delta: string, offset: number): void {
      const isSame = offset >= length
      length = offset + delta.length
      if (isSame && decode(delta)) return
      const what = isSame ? 'a part of the shown answer was withdrawn' : 'the stored answer differs from the shown one'
      leave()
      reject(new Error(`@keepstream/ai-sdk: ${what}; call resumeStream()`))
    }

    function check(): void {
      const { status, connection, error, finishReason } = $state.get()
      if (isOver || (!isTerminal(status) && connection !== 'failed')) return
      leave()
      if (error) reject(error)
      else {
        if (status === 'stopped') decodeEnd({ type: 'abort' })
        else decodeEnd({ type: 'finish', finishReason })
        resolve(status)
      }
    }

    const unhear = stream.onText(onText)
    // Later, because the text of the last state comes to the text listener after the state.
    const unlisten = $state.listen(() => queueMicrotask(check))
    leaving.addEventListener('abort', onLeaving)
    onText($state.get().text, 0)
    detach = stream.attach(start && { start })
    // It failed before somebody asked for it again.
    if ($state.get().connection === 'failed') stream.retry()
    check()
  })
}
