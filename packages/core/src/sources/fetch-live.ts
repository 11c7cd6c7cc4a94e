import { SourceError } from '../errors'
import type { LiveSink, LiveSource, SourceRequest, TerminalStatus } from '../types'
import { createDriveDecoder } from './http/decode-events'
import { createBound } from './http/max-length'
import { readSse, type SseEvent } from './http/read-sse'
import { readText } from './http/read-text'
import { createRequest, type RequestOptions } from './http/request'
import { checkUrl } from './stream-url'

/** What an event of another dialect says. */
export interface DecodedEvent {
  /** `null` is none, as in the role events of OpenAI's dialect. */
  readonly text?: string | null | undefined
  /** The explicit end: `true` is `done`. */
  readonly end?: boolean | TerminalStatus | undefined
  /** A word for readers: the text ended with an error. */
  readonly error?: string | undefined
  /** Why the producer stopped, in its own word. It is no end: it may come in an event before that. `null` is none. */
  readonly finishReason?: string | null | undefined
}

export interface FetchLiveOptions extends RequestOptions {
  /** Asked for on every attempt, if it is a function. What it makes of an id must not lead elsewhere: encode it. */
  readonly url: string | ((request: SourceRequest) => string)
  /** @default 'POST' */
  readonly method?: string | undefined
  /** Made for every attempt. @default none */
  readonly body?: ((request: SourceRequest) => BodyInit | undefined) | undefined
  /**
   * Reads an event of another dialect: its text, or what else it says; `undefined` for one without text. `[DONE]` is an
   * end by itself, also with spaces around it. Without this, events are read as Keepstream's own.
   *
   * It is also given a last event that has no blank line after it, if the body ended by itself and the event's data says
   * where it ends: `[DONE]`, or a JSON object or array. Any other such event may be one that was cut (a proxy that cuts may
   * look like an end), so that it is neither text nor an end. An event without a `data` line is none, by the standard.
   */
  readonly decode?: ((event: SseEvent) => string | DecodedEvent | undefined) | undefined
  /** Driving again joins the running generation. @default false */
  readonly canRepeat?: boolean | undefined
  /** For a server that sends keep-alives: longer silence than this is a cut, in milliseconds. @default never */
  readonly stallMs?: number | undefined
}

/**
 * The fetch-stream reader: raw text from offset 0, or Server-Sent Events, by the response's content type. A raw channel
 * has no explicit end, so the status is read from the snapshot source afterwards.
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
      const response = await request(
        typeof url === 'function' ? checkUrl(url(source), source.id) : url,
        'text/event-stream, text/plain;q=0.9',
        { method, signal: source.signal, body: body?.(source) ?? null },
      )
      const type = response.headers.get('content-type') ?? ''
      if (/html|json|xml|^(image|audio|video|font)\//i.test(type)) {
        response.body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
        throw new SourceError('server', `${method} was answered with ${type} instead of a text stream`)
      }
      sink.alive()
      if (!type.includes('event-stream')) return readRaw(response, sink, checkText)
      if (!decode) return readSse(response, createDriveDecoder(sink, checkText), sink.alive)
      const read = decodeWith(decode, sink, checkText)
      return readSse(response, read, sink.alive, (event) => isWhole(event.data) && read(event))
    },
  }
}

function readRaw(response: Response, sink: LiveSink, check: (length: number) => void) {
  const { headers } = response
  const epoch = headers.get('stream-epoch')
  const origin = epoch ? { epoch: Number(epoch), base: Number(headers.get('stream-base')) } : {}
  let offset = 0
  const onText = (text: string) => {
    sink.alive()
    if (text) sink.chunk({ offset, text, ...origin })
    offset += text.length
  }
  return readText(response, onText, check)
}

/** Data that says by itself where it ends, so that no cut can have made it out of a longer one. */
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
