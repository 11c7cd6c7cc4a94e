import { openBody } from './fake-fetch'
import { FRAMED, framed, SSE, wire } from './wire'

/** What a server reports between two parts of the text. */
export interface Report {
  readonly status: string
  readonly offset: number
  readonly epoch: number
  readonly base: number
  readonly upToDate: boolean
}

/** How a server writes its text: as framed text, as events, or as text alone. */
export interface Writer {
  readonly type: string
  status(report: Report, position: number): Uint8Array
  /** @param end where the text ends */
  text(text: string, epoch: number, end: number): Uint8Array
  end(status: string, epoch: number, end: number): Uint8Array
  readonly keepAlive: Uint8Array
  /** It has nothing but the text. */
  readonly isRaw: boolean
  /** It can send half of a character of two code units. */
  readonly carriesHalves: boolean
}

const bytesOf = framed.text
const nothing = new Uint8Array()

/** As the server does, it marks text that comes a second or more after the last mark. */
export function framedWriter(): Writer {
  let markedAt = Date.now()
  return {
    type: FRAMED,
    status: (report, position) => framed.frame({ type: 'status', position, ...report }),
    text(text) {
      if (Date.now() - markedAt < 1000) return bytesOf(text)
      markedAt = Date.now()
      return concat([framed.mark, bytesOf(text)])
    },
    end: (status, epoch, end) => framed.end(end, { status: status as 'done', epoch }),
    keepAlive: framed.mark,
    isRaw: false,
    carriesHalves: false,
  }
}

export const eventWriter: Writer = {
  type: SSE,
  status: (report) => bytesOf(wire.status(report as never)),
  text: (text, epoch, end) => bytesOf(wire.text(end, text, epoch)),
  end: (status, epoch, end) => bytesOf(wire.end(end, status, undefined, epoch)),
  keepAlive: bytesOf(wire.keepAlive),
  isRaw: false,
  carriesHalves: true,
}

export const rawWriter: Writer = {
  type: 'text/plain',
  status: () => nothing,
  text: bytesOf,
  end: () => nothing,
  keepAlive: nothing,
  isRaw: true,
  carriesHalves: false,
}

/**
 * One response on its way to the client. Its bytes arrive in other pieces than they were sent in, late, or not at all.
 *
 * @param change what something on the way makes of the bytes
 */
export function openChannel(type: string, init: RequestInit, change = (bytes: Uint8Array) => bytes) {
  const body = openBody(type, { init })
  /** What is kept back until more is sent. It is lost if the connection ends before. */
  let rest = nothing
  /** What waits until it is released. */
  let held: Uint8Array[] | undefined

  function pass(bytes: Uint8Array) {
    if (!bytes.length) return
    if (held) held.push(bytes)
    else body.send(change(bytes))
  }

  const channel = {
    response: body.response,
    /** Nothing is on its way. */
    get isClear() {
      return !held && !rest.length
    },
    get isOver() {
      return body.isOver
    },
    /**
     * Passes the bytes on: at once if `cut` is 0, and otherwise divided anywhere. If it is odd, the second part is kept back.
     */
    send(bytes: Uint8Array, cut = 0) {
      const all = concat([rest, bytes])
      const at = cut ? cut % (all.length + 1) : all.length
      pass(all.slice(0, at))
      rest = all.slice(at)
      if (cut % 2) return
      pass(rest)
      rest = nothing
    },
    /** From now on nothing arrives. */
    hold() {
      held ??= []
    },
    /** What was held arrives in one burst, and what was kept back after it. */
    release() {
      const parts = [...(held ?? []), rest]
      held = undefined
      rest = nothing
      for (const part of parts) pass(part)
    },
    close: body.close,
    cut: body.cut,
  }
  return channel
}

/** What reads bytes as UTF-8 and writes them again makes of framed text. */
export function transcoded(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === 0xff ? [0xef, 0xbf, 0xbd] : [byte])))
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
