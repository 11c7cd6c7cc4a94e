import { SourceError } from '../errors'
import type { LiveSink, LiveSource, SourceRequest, TerminalStatus } from '../types'
import { createReportDecoder, toLive } from './http/decode-report'
import { driveInit } from './http/drive-init'
import { createBound } from './http/max-length'
import { readSse, type SseEvent } from './http/read-sse'
import { readText } from './http/read-text'
import { createRequest, type RequestOptions } from './http/request'
import { baseHeader, epochHeader, sseType } from './http/wire-names'
import { checkUrl } from './stream-url'

/** The content of an event of another dialect. */
export interface DecodedEvent {
  /** `null` means no text, as in the role events of OpenAI's dialect. */
  readonly text?: string | null | undefined
  /** The explicit end: `true` is `done`. */
  readonly end?: boolean | TerminalStatus | undefined
  /** The text ended with an error. This is its code for readers. */
  readonly error?: string | undefined
  /** The producer's own reason for stopping. It is not the end: it may come in an event before the end. `null` means none. */
  readonly finishReason?: string | null | undefined
}

export interface FetchLiveOptions extends RequestOptions {
  /** A function is called on every attempt. It must encode the id, so that no id can change the path. */
  readonly url: string | ((request: SourceRequest) => string)
  /** @default 'POST' */
  readonly method?: string | undefined
  /** Called on every attempt, unless a reader drives with a `body` of its own. @default none */
  readonly body?: ((request: SourceRequest) => BodyInit | undefined) | undefined
  /**
   * Reads an event of another dialect. Returns its text or its decoded content, or `undefined` for an event without text.
   * `[DONE]` is always an end, also with spaces around it. Without `decode`, events are read as Keepstream's own.
   *
   * A last event without a blank line after it is decoded too, if the body ended by itself and the event's data shows that
   * it is complete: `[DONE]`, or a JSON object or array. Any other such event may have been cut, since a proxy that cuts may
   * look like an end, so it is ignored. By the standard, a block without a `data` line is no event.
   */
  readonly decode?: ((event: SseEvent) => string | DecodedEvent | undefined) | undefined
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
        `${sseType}, text/plain;q=0.9`,
        { method, signal: source.signal, headers: init.headers, body: init.body ?? body?.(source) ?? null },
      )
      const type = response.headers.get('content-type') ?? ''
      if (/html|json|xml|^(image|audio|video|font)\//i.test(type)) {
        response.body?.cancel().catch(() => {}) // a failure of an unused body does not matter
        throw new SourceError('server', `${method} returned ${type} instead of a text stream`)
      }
      sink.alive()
      if (!type.includes('event-stream')) return readRaw(response, sink, checkText)
      if (!decode) return readSse(response, createReportDecoder(0, checkText, toLive(sink)).event, sink.alive)
      const read = decodeWith(decode, sink, checkText)
      return readSse(response, read, sink.alive, (event) => isWhole(event.data) && read(event))
    },
  }
}

function readRaw(response: Response, sink: LiveSink, check: (length: number) => void) {
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

/** Whether the data is certainly complete: no cut can turn longer data into it. */
function isWhole(data: string): boolean {
  if (isDone(data)) return true
  try {
    return typeof JSON.parse(data) === 'object' && data.trim() !== 'null'
  } catch {
    return false
  }
}

function isDone(data: string): boolean {
  return data.trim() === '[DONE]'
}

function decodeWith(decode: NonNullable<FetchLiveOptions['decode']>, sink: LiveSink, check: (length: number) => void) {
  let offset = 0
  let finishReason: string | undefined
  return (event: SseEvent) => {
    const decoded = isDone(event.data) ? { end: true } : decode(event)
    const { end, error, ...rest }: DecodedEvent = typeof decoded === 'string' ? { text: decoded } : (decoded ?? {})
    const text = rest.text ?? ''
    check(offset + text.length)
    if (text) sink.chunk({ offset, text })
    offset += text.length
    finishReason = rest.finishReason ?? finishReason
    const status = error !== undefined ? 'error' : end === true ? 'done' : end
    if (status) sink.end({ end: offset, status, error, finishReason })
  }
}
