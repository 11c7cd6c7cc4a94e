import { SourceError } from '../errors'
import { codes } from '../sources/http/request'

/** A place in the text, or several, in UTF-16 code units. */
export type FakeOffsets = number | readonly number[]

/** A request that is refused. */
export interface FakeRefusal {
  /** The status of the response. 0 is a network failure. */
  readonly status: 0 | 301 | 302 | 303 | 307 | 308 | 401 | 402 | 403 | 404 | 409 | 410 | 429 | 500 | 502 | 503 | 504
  /** With a redirect: its target. */
  readonly location?: string | undefined
  /** The response is not from the backend but from a proxy, as during a deploy. @default false */
  readonly isForeign?: boolean | undefined
  /** @default the first request of any kind */
  readonly on?: FakeRequestKind | undefined
  /** How many requests in a row. @default 1 */
  readonly times?: number | undefined
  readonly retryAfterMs?: number | undefined
  /** The server's own code for the reason: `error.serverCode`. */
  readonly serverCode?: string | undefined
}

export type FakeRequestKind = 'drive' | 'read' | 'stop'

/**
 * The faults between the server and the client. Each offset strikes once: the first connection that gets there. A `fetcher`
 * has no chunks, so with it `reorderAt` and `duplicate` strike only drives.
 */
export interface FakeFaults {
  /** The connection fails there. */
  readonly dropAt?: FakeOffsets | undefined
  /** The connection ends cleanly there, without the explicit end. At the length of the text, only that end is lost. */
  readonly truncateAt?: FakeOffsets | undefined
  /** From there on nothing arrives, not even keep-alives. The connection stays open. */
  readonly stallAt?: FakeOffsets | undefined
  /** The chunk that starts there arrives after the next one. */
  readonly reorderAt?: FakeOffsets | undefined
  /** A reader that starts when this much is stored first gets the state of a stale replica that has half of it. */
  readonly staleAt?: FakeOffsets | undefined
  /** A proxy holds each response back until it has ended: nothing arrives before that. @default false */
  readonly isHeld?: boolean | undefined
  /** Every chunk arrives twice. @default false */
  readonly duplicate?: boolean | undefined
  /** The first requests are refused, in this order. */
  readonly refuse?: readonly FakeRefusal[] | undefined
}

/** A fault of a connection at an offset. */
export type FakeStrike = 'drop' | 'truncate' | 'stall' | 'reorder'

const everyStrike: readonly FakeStrike[] = ['drop', 'truncate', 'stall', 'reorder']

/** The faults that have not struck yet. */
export function createFakeFaults(options: FakeFaults) {
  const { dropAt, truncateAt, stallAt, reorderAt, staleAt, isHeld = false, duplicate = false, refuse = [] } = options
  const list = (kind: FakeStrike, offsets: FakeOffsets = []) =>
    [offsets].flat().map((offset) => ({ kind, offset: offset as number }))
  const strikes = [
    ...list('drop', dropAt),
    ...list('truncate', truncateAt),
    ...list('stall', stallAt),
    ...list('reorder', reorderAt),
  ].sort((one, other) => one.offset - other.offset)
  const stale = [staleAt ?? []].flat() as number[]
  const refusals = refuse.flatMap((one) => Array.from({ length: one.times ?? 1 }, () => one))
  let hasDoubled = false
  let hasHeld = false

  return {
    /** Takes the first fault of these kinds from `from` to `to`. It does not strike again. */
    take(from: number, to: number, kinds: readonly FakeStrike[] = everyStrike) {
      const index = strikes.findIndex(({ kind, offset }) => offset >= from && offset <= to && kinds.includes(kind))
      return index < 0 ? undefined : strikes.splice(index, 1)[0]
    },
    /** How much of the text a stale replica has, if the next reader gets one. */
    takeStale(storedLength: number): number | undefined {
      const index = stale.findIndex((offset) => offset <= storedLength)
      return index < 0 ? undefined : Math.floor((stale.splice(index, 1)[0] as number) / 2)
    },
    /** Throws if the next request of this kind is to be refused. */
    check(kind: FakeRequestKind) {
      const index = refusals.findIndex(({ on = kind }) => on === kind)
      if (index >= 0) throw toError(refusals.splice(index, 1)[0] as FakeRefusal)
    },
    /** Whether data that is sent now is held back. */
    hold() {
      hasHeld ||= isHeld
      return isHeld
    },
    /** Whether a chunk that is sent now arrives twice. */
    double() {
      hasDoubled ||= duplicate
      return duplicate
    },
    /** The faults that have not struck, named by their options. */
    get left() {
      return [
        ...strikes.map(({ kind, offset }) => `${kind}At: ${offset}`),
        ...stale.map((offset) => `staleAt: ${offset}`),
        ...refusals.map(({ status, on }) => `refuse: ${status}${on ? ` on ${on}` : ''}`),
        ...(isHeld && !hasHeld ? ['isHeld'] : []),
        ...(duplicate && !hasDoubled ? ['duplicate'] : []),
      ]
    },
  }
}

function toError({ status, location, isForeign, retryAfterMs, serverCode }: FakeRefusal) {
  if (isForeign) return new SourceError('server', `a proxy returned ${status}`, { retryAfterMs })
  if (status >= 300 && status < 400)
    return new SourceError('redirected', `the response is a redirect to ${location ?? 'somewhere'}`, { location })
  if (!status) return new SourceError('network', 'the network failed', { retryAfterMs })
  const message = `the server returned ${status}${serverCode ? ` (${serverCode})` : ''}`
  return new SourceError(codes[status] ?? 'server', message, { retryAfterMs, serverCode })
}
