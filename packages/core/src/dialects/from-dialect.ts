import { SourceError } from '../errors'
import { createDecoding, type DecodedPart, type EventDecoder } from '../sources/http/decode-event'
import { createLineReader, isLines } from '../sources/http/read-lines'
import { createSseReader, type SseEvent } from '../sources/http/read-sse'
import { refusal, reported } from './provider-error'
import { readBody } from './read-body'

/** A response of a provider, its body of Server-Sent Events, or events that were read from one. */
export type DialectSource = Response | ReadableStream<Uint8Array | SseEvent> | AsyncIterable<SseEvent>

/**
 * Turns the stream of a provider into the text of a producer:
 * `async ({ signal }) => fromDialect(await fetch(url, { …, signal }), openAiChat)`.
 *
 * Yields the text as it arrives, reads only as fast as it is consumed, and returns the finish reason, such as
 * `{ finishReason: 'stop' }`, in the printable ASCII that a stream can keep. A response may also be newline-delimited JSON. Leaving
 * it early cancels the body.
 *
 * Throws if the answer is not whole, after the text so far:
 *
 * - a {@link SourceError} `server` for a refused request and for an error in mid-answer. Its `serverCode` is the provider's code,
 *   and its `cause` is what the provider reported
 * - a {@link SourceError} `network` for an answer that ends without its end marker, which may have been cut
 * - what the body rejects with, if the connection breaks
 * - a `SyntaxError` for an event that is not JSON
 */
export async function* fromDialect(
  source: DialectSource,
  decode: EventDecoder,
): AsyncGenerator<string, { readonly finishReason?: string }, void> {
  const decoding = createDecoding(decode)
  for await (const event of await eventsOf(source, decode)) {
    const part = decoding.event(event)
    if (part.text) yield part.text
    if (part.ending) return finish(part)
  }
  return finish({ text: '', ending: decoding.close() })
}

async function eventsOf(source: DialectSource, decode: EventDecoder): Promise<AsyncIterable<SseEvent>> {
  if (!('headers' in source)) return 'getReader' in source ? readBody(source, createSseReader) : source
  if (!source.ok) throw await refusal(source, decode)
  const type = source.headers.get('content-type') ?? ''
  const hasLines = isLines(type)
  if (source.body && (hasLines || type.includes('event-stream')))
    return readBody(source.body, hasLines ? createLineReader : createSseReader)
  source.body?.cancel().catch(() => {}) // a failure of an unused body does not matter
  throw new SourceError('server', `the provider returned ${type || 'no content type'} instead of a stream of events`)
}

function finish({ ending, cause }: DecodedPart): { readonly finishReason?: string } {
  if (!ending) throw new SourceError('network', 'the answer ended without its end marker, so it may have been cut')
  const { status, error, finishReason } = ending
  if (error !== undefined) throw reported(error, cause)
  if (status !== 'done') throw new SourceError('server', `the answer ended with the status ${status}`)
  return finishReason === undefined ? {} : { finishReason: finishReason.replace(/[^!-~]+/g, '-').slice(0, 64) }
}
