import { maxRead, StoreReader } from '../reading/store-reader'
import type { TextListener, TextSource } from '../reading/text-source'
import type { Run } from '../run/run'
import { openRunReader } from '../run/run-reader'
import type { ResumeWhenExpired } from '../run/runs'
import type { Runtime } from '../runtime'
import { isTerminal } from '../store/status'
import type { StoredRange } from '../store/stream-store'
import type { Encoder } from './encoders/encoder'
import { catchUp } from './request/catch-up'
import { contentCoding } from './request/content-coding'
import type { Position } from './request/position'
import { gzipped } from './response/gzip'
import { notFoundResponse } from './response/responses'
import { textResponse } from './response/text-response'

export interface FollowOptions {
  readonly request: Request
  readonly reader: 'drive' | 'follow'
  readonly encoder: Encoder
  headers(head: StoredRange['head']): Record<string, string>
  /** Close after about `rolloverMs`, so that the reader is authorized again. */
  readonly rollsOver: boolean
  /** If the stream is resumed here, the response continues with the text of the new run. */
  readonly resumeWhenExpired?: ResumeWhenExpired | undefined
}

/** The stored text: what is durable now, and everything after it as it becomes durable. */
export async function follow(runtime: Runtime, id: string, from: Position, options: FollowOptions): Promise<Response> {
  const { hub, runs } = runtime
  const reader = new StoreReader(runtime, id)
  const range = await catchUp((offset) => hub.read(id, offset, maxRead), from).catch((error) => {
    reader.close()
    throw error
  })
  const found = foundBy(from, range)
  if (found instanceof Response) {
    reader.close()
    return found
  }
  if (from.offset > found.head.offset) runs.storeBeyond(id, from.offset)
  const response = textResponse(runtime, {
    ...options,
    id,
    signal: options.request.signal,
    headers: options.headers(found.head),
    open(listener) {
      reader.start(found, listener)
      return options.resumeWhenExpired ? openResumable(runtime, reader, options.resumeWhenExpired, listener) : reader
    },
  })
  return isCompressed(runtime, found, options.request) ? gzipped(response) : response
}

/** Only if all of its text is known. Text that is still to come would be held back. */
function isCompressed({ options }: Runtime, { head, start }: StoredRange, request: Request): boolean {
  return options.compress && isTerminal(head.status) && contentCoding(request, head.offset - start) !== undefined
}

/** The range to begin with, or the whole response if there will be no text. */
function foundBy(from: Position, range: StoredRange | Response | undefined): StoredRange | Response {
  if (!range) return notFoundResponse()
  if (range instanceof Response) return range
  const isRead = isTerminal(range.head.status) && from.offset >= range.head.offset
  if (!from.isEventSource || !isRead) return range
  // 204 makes a native EventSource stop reconnecting.
  return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } })
}

/**
 * The stored text, and the text of the new run once the stream is resumed here. A reader of the store is never ahead of the
 * durable text, so what it has received is a prefix of the run's text.
 */
function openResumable(
  { hub }: Runtime,
  stored: StoreReader,
  resumeWhenExpired: ResumeWhenExpired,
  listener: TextListener,
): TextSource {
  let run: Run | undefined
  let source: TextSource = stored
  const cancel = resumeWhenExpired((resumed) => {
    run = resumed
    listener.wake()
  })
  return {
    get position() {
      return source.position
    },
    next() {
      if (run && source === stored) {
        source = openRunReader(hub, run, stored.position, listener)
        stored.close()
      }
      return source.next()
    },
    close() {
      cancel()
      source.close()
    },
  }
}
