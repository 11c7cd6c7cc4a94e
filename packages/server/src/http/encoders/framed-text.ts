import { encodeText } from '../../reading/chunk-of'
import { eventNames } from '../wire-names'
import type { EndReport, Frames, StatusReport } from './reporting-encoder'
import { concat, encode } from './utf-8'

/** Never part of UTF-8 (RFC 3629), so it stands before and after a frame, and no text can forge one. */
const border = new Uint8Array([0xff])

/** An empty frame. It keeps the connection alive, and marks the time: text between two marks was not written at once. */
const mark = concat([border, border])

/** The shortest time between two marks in text that flows, in milliseconds. */
const markMs = 1_000

/**
 * UTF-8 text as it is, with frames of JSON between its parts. The text takes no more bytes than in a plain response, and
 * nothing has to be escaped or parsed. The position in a frame tells the reader where the next text starts, so that it
 * notices if bytes were lost on the way.
 *
 * A reader cannot tell how text that arrives at once was written. The marks show it, so that it can detect something that
 * holds back what the server sends.
 */
export class FramedText implements Frames {
  readonly keepAlive = mark
  readonly #now: () => number
  #markedAt: number

  /** @param now in milliseconds */
  constructor(now: () => number) {
    this.#now = now
    this.#markedAt = now()
  }

  status({ isStalled, ...report }: StatusReport, position: number): Uint8Array {
    return frame({ type: eventNames.status, position, ...report, stalled: isStalled || undefined })
  }

  text(text: string): Uint8Array {
    const now = this.#now()
    if (now - this.#markedAt < markMs) return encodeText(text)
    this.#markedAt = now
    return concat([mark, encodeText(text)])
  }

  end(report: EndReport): Uint8Array {
    return frame({ type: eventNames.end, position: report.offset, ...report })
  }
}

function frame(content: object): Uint8Array {
  return concat([border, encode(JSON.stringify(content)), border])
}
