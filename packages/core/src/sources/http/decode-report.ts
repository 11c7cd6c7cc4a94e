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
      if (known && position !== end) throw altered('a frame is not where the text before it ends')
      report(type, value, '', Number(position))
    }, altered),
    /** Reads a part of the framed text. */
    text(text: string) {
      if (!known) throw notOurs(wordsForOthers)
      const offset = end
      end += text.length
      check(end)
      const { status, origin, upToDate, stalled } = known
      next({ status, origin, upToDate, stalled, offset, text })
    },
    altered,
  }

  /**
   * The error for framed text that the server cannot have sent. After a first status it was changed on the way. Then the text
   * that was read before may be wrong too, so it is read again.
   */
  function altered(words: string, cause?: unknown) {
    if (!known) return notOurs(words, cause)
    const place = { offset: 0, epoch: known.origin?.epoch }
    return new SourceError('diverged', `${words}: something on the way has changed the text`, { ...place, cause })
  }
}

const wordsForOthers = 'this is no event of a Keepstream server'

function checked<Raw>(read: (raw: Raw) => void, failed = notOurs) {
  return (raw: Raw) => {
    try {
      read(raw)
    } catch (cause) {
      if (cause instanceof SourceError) throw cause
      throw failed(wordsForOthers, cause)
    }
  }
}

function notOurs(words: string, cause?: unknown) {
  return new SourceError('server', words, { cause })
}

/** What a driver takes from snapshots: text as chunks, and a terminal status as the end. */
export function toLive({ chunk, end }: LiveSink) {
  return (snapshot: Snapshot) => {
    const { status, offset, origin, error, finishReason } = snapshot
    if (isTerminal(status)) end({ end: offset, status, epoch: origin?.epoch, error, finishReason })
    else chunk(snapshot)
  }
}
