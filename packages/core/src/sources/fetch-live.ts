import { SourceError } from '../errors'
import type { LiveSink, LiveSource, SourceRequest } from '../types'
import { createDecoding, type DecodedPart, type Ending, type EventDecoder, isWhole } from './http/decode-event'
import { createReportDecoder, toLive } from './http/decode-report'
import { driveInit } from './http/drive-init'
import { createBound } from './http/max-length'
import { createLineReader, isLines } from './http/read-lines'
import { createSseReader, readEventBody, type SseEvent } from './http/read-sse'
import { readText } from './http/read-text'
import { createRequest, type RequestOptions } from './http/request'
import { baseHeader, epochHeader, sseType } from './http/wire-names'
import { checkUrl } from './stream-url'

export interface FetchLiveOptions extends RequestOptions {
  /** A function is called on every attempt. It must encode the id, so that no id can change the path. */
  readonly url: string | ((request: SourceRequest) => string)
  /** @default 'POST' */
  readonly method?: string | undefined
  /** Called on every attempt, unless a reader drives with a `body` of its own. @default none */
  readonly body?: ((request: SourceRequest) => BodyInit | undefined) | undefined
  /**
   * Reads an event of another dialect, or a line of newline-delimited JSON (`application/x-ndjson`) as the `data` of an event.
   * Returns its text or its decoded content, or `undefined` for an event without text. `@keepstream/core/dialects` has decoders
   * for the formats of well-known servers. Without `decode`, events are read as Keepstream's own.
   *
   * `[DONE]` is always an end, also with spaces around it, unless the decoder has an `endMarker`.
   *
   * A last event without a blank line after it is decoded too, if the body ended by itself and the event's data shows that
   * it is complete: `[DONE]`, or a JSON object or array. Any other such event may have been cut, since a proxy that cuts may
   * look like an end, so it is ignored. By the standard, a block without a `data` line is no event.
   */
  readonly decode?: EventDecoder | undefined
  /** Driving again joins the running generation. @default false */
  readonly canRepeat?: boolean | undefined
  /** For a server that sends keep-alives: a longer silence than this counts as a cut, in milliseconds. @default never */
  readonly stallMs?: number | undefined
}

/**
 * Reads a `fetch` response: raw text from offset 0, or Server-Sent Events, by its content type. Raw text has no explicit
 * end, so the status is read from the snapshot source afterwards.
 */
export function fetchLive({
  url,
  method = 'POST',
  body,
  decode,
  canRepeat,
  stallMs,
  maxLength,
  ...options
}: FetchLiveOptions): LiveSource {
  const { checkText } = createBound(maxLength)
  const request = createRequest(options)
  return {
    canRepeat,
    stallMs,
    async open(source, sink) {
      const init = driveInit(source.start)
      const response = await request(
        typeof url === 'function' ? checkUrl(url(source), source.id) : url,
        `${sseType}, ${decode ? 'application/x-ndjson;q=0.9, ' : ''}text/plain;q=0.9`,
        { method, signal: source.signal, headers: init.headers, body: init.body ?? body?.(source) ?? null },
      )
      const type = response.headers.get('content-type') ?? ''
      const hasLines = decode && isLines(type)
      if (!hasLines && /html|json|xml|^(image|audio|video|font)\//i.test(type)) {
        response.body?.cancel().catch(() => {}) // a failure of an unused body does not matter
        throw new SourceError('server', `${method} returned ${type} instead of a text stream`)
      }
      sink.alive()
      if (!hasLines && !type.includes('event-stream')) return readRaw(response, sink, checkText)
      return decode
        ? readDecoded(response, decode, hasLines ? createLineReader : createSseReader, sink, checkText)
        : readOwn(response, sink, checkText)
    },
  }
}

type Check = (length: number) => void

/** Keepstream's own events, which always end with a blank line. */
function readOwn(response: Response, sink: LiveSink, check: Check) {
  const { event } = createReportDecoder(0, check, toLive(sink))
  return readEventBody(
    response,
    createSseReader(event, () => {}),
    sink.alive,
  )
}

async function readDecoded(
  response: Response,
  decode: EventDecoder,
  createReader: typeof createSseReader,
  sink: LiveSink,
  check: Check,
) {
  const decoding = createDecoding(decode)
  let offset = 0
  const end = (ending: Ending | undefined) => ending && sink.end({ end: offset, ...ending })
  const read = (event: SseEvent) => {
    const { text, ending }: DecodedPart = decoding.event(event)
    check(offset + text.length)
    if (text) sink.chunk({ offset, text })
    offset += text.length
    end(ending)
  }
  const reader = createReader(read, (event) => isWhole(event.data) && read(event))
  await readEventBody(response, reader, sink.alive)
  end(decoding.close())
}

function readRaw(response: Response, sink: LiveSink, check: Check) {
  const { headers } = response
  const epoch = headers.get(epochHeader)
  const base = headers.get(baseHeader) ?? Number.NaN
  const origin = epoch ? { epoch: Number(epoch), base: Number(base) } : undefined
  let offset = 0
  const onText = (text: string) => {
    sink.alive()
    if (text) sink.chunk({ offset, text, origin })
    offset += text.length
  }
  return readText(response, onText, check)
}
