import { SourceError } from '../../errors'
import { isTerminal, type LiveSink, type Snapshot } from '../../types'
import type { WireEvent } from './read-events'
import { withOrigin } from './read-json'
import { endEvent, statusEvent } from './wire-names'

/** What is known beside the text. */
type Facts = Omit<Snapshot, 'offset' | 'text'>

/** The content of a frame. */
interface Frame {
  readonly type?: unknown
  readonly position?: unknown
}

/**
 * Turns what a Keepstream server sends into snapshots. Each starts where the one before ended, under the epoch of the last
 * status, which the server sends first and with each new epoch. A terminal status counts only with the explicit end, because
 * only that is sent after the last character. A report with an unknown name is from a newer server and for newer clients.
 *
 * @param end where the text starts
 */
export function createReportDecoder(end: number, check: (length: number) => void, next: (snapshot: Snapshot) => void) {
  let known: Facts | undefined

  function report(type: unknown, value: { readonly status?: unknown }, text: string, position: number) {
    if (!(position >= text.length)) throw new RangeError(`a report ends at ${position}`)
    check(position)
    end = position
    if (type === statusEvent)
      known = withOrigin(value.status === 'pending' ? value : { ...value, status: 'streaming' }) as Facts
    else if (type === endEvent) known = { ...known, ...value, upToDate: true } as Facts
    next({ status: 'streaming', ...known, offset: end - text.length, text })
  }

  return {
    /** Reads an event of an event stream. */
    event: checked(({ event = '', id = '', data }: WireEvent) => {
      if (event && event !== statusEvent && event !== endEvent) return
      const value = JSON.parse(data)
      report(event, value, event ? '' : value, event === statusEvent ? end : Number(id.split('.')[1]))
    }),
    /** Reads a frame of the framed text. Its position shows whether bytes were lost before it. */
    frame: checked((content: string) => {
      const { type, position, ...value } = JSON.parse(content) as Frame
      if (type !== statusEvent && type !== endEvent) return
      if (known && position !== end) throw altered(known)
      report(type, value, '', Number(position))
    }),
    /** Reads a part of the framed text. */
    text(text: string) {
      if (!known) throw notOurs()
      const offset = end
      end += text.length
      check(end)
      const { status, origin, upToDate, stalled } = known
      next({ status, origin, upToDate, stalled, offset, text })
    },
  }
}

function checked<Raw>(read: (raw: Raw) => void) {
  return (raw: Raw) => {
    try {
      read(raw)
    } catch (cause) {
      if (cause instanceof SourceError) throw cause
      throw notOurs(cause)
    }
  }
}

/** What was read since the last frame may be wrong, so the text is read again. */
function altered({ origin }: Partial<Snapshot>) {
  const words = 'a frame is not where the text before it ends: something on the way has changed the text'
  return new SourceError('diverged', words, { offset: 0, epoch: origin?.epoch })
}

function notOurs(cause?: unknown) {
  return new SourceError('server', 'this is no event of a Keepstream server', { cause })
}

/** What a driver takes from snapshots: text as chunks, and a terminal status as the end. */
export function toLive({ chunk, end }: LiveSink) {
  return (snapshot: Snapshot) => {
    const { status, offset, origin, error, finishReason } = snapshot
    if (isTerminal(status)) end({ end: offset, status, epoch: origin?.epoch, error, finishReason })
    else chunk(snapshot)
  }
}
