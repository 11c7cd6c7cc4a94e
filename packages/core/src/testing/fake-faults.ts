import { SourceError } from '../errors'
import { codes } from '../sources/http/request'

/** A place in the text, or several, in UTF-16 code units. */
export type FakeOffsets = number | readonly number[]

/** A request that is refused. */
export interface FakeRefusal {
  /** As the server would answer it; 0 is a network that fails. */
  readonly status: 0 | 301 | 302 | 303 | 307 | 308 | 401 | 402 | 403 | 404 | 409 | 410 | 429 | 500 | 502 | 503 | 504
  /** With a redirect: where it leads. */
  readonly location?: string | undefined
  /** It is no answer of the backend, but a page of something in between, such as a proxy in a deploy. @default false */
  readonly isForeign?: boolean | undefined
  /** @default whichever comes first */
  readonly on?: FakeRequestKind | undefined
  /** How many requests in a row. @default 1 */
  readonly times?: number | undefined
  readonly retryAfterMs?: number | undefined
  /** The server's own word for why, as `error.serverCode` has it. */
  readonly serverCode?: string | undefined
}

export type FakeRequestKind = 'drive' | 'read' | 'stop'

/**
 * What goes wrong on the way. Each offset strikes once: the first connection that comes there. A `fetcher` has no pieces:
 * `reorderAt` and `duplicate` strike only who drives then.
 */
export interface FakeFaults {
  /** The connection fails there. */
  readonly dropAt?: FakeOffsets | undefined
  /** The connection ends cleanly there, without an end of the text. At the length of the text, its end is lost. */
  readonly truncateAt?: FakeOffsets | undefined
  /** From there on nothing comes any more, not even keep-alives, and the connection stays open. */
  readonly stallAt?: FakeOffsets | undefined
  /** The piece that starts there comes after the one that follows it. */
  readonly reorderAt?: FakeOffsets | undefined
  /** A reader that comes when the store has come this far is first answered by a copy that has half of that. */
  readonly staleAt?: FakeOffsets | undefined
  /** Something on the way holds each answer back until it has ended: nothing comes over a connection before. @default false */
  readonly isHeld?: boolean | undefined
  /** Every piece comes twice. @default false */
  readonly duplicate?: boolean | undefined
  /** The first requests are refused, in this order. */
  readonly refuse?: readonly FakeRefusal[] | undefined
}

/** What breaks a connection at an offset. */
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
    /** The first one of these from `from` to `to`, which has struck then. */
    take(from: number, to: number, kinds: readonly FakeStrike[] = everyStrike) {
      const index = strikes.findIndex(({ kind, offset }) => offset >= from && offset <= to && kinds.includes(kind))
      return index < 0 ? undefined : strikes.splice(index, 1)[0]
    },
    /** How much of the text a copy has that lags behind, if the next reader meets one. */
    takeStale(storedLength: number): number | undefined {
      const index = stale.findIndex((offset) => offset <= storedLength)
      return index < 0 ? undefined : Math.floor((stale.splice(index, 1)[0] as number) / 2)
    },
    /** Throws what the next request of this kind is refused with, if it is. */
    check(kind: FakeRequestKind) {
      const index = refusals.findIndex(({ on = kind }) => on === kind)
      if (index >= 0) throw toError(refusals.splice(index, 1)[0] as FakeRefusal)
    },
    /** Whether what is sent now is held back. */
    hold() {
      hasHeld ||= isHeld
      return isHeld
    },
    /** Whether the piece that is sent now comes twice. */
    double() {
      hasDoubled ||= duplicate
      return duplicate
    },
    /** Those that have not struck, by the options that ask for them. */
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
  if (isForeign) return new SourceError('server', `something in between answered ${status}`, { retryAfterMs })
  if (status >= 300 && status < 400)
    return new SourceError('redirected', `the answer is a redirect to ${location ?? 'somewhere'}`, { location })
  if (!status) return new SourceError('network', 'the network failed', { retryAfterMs })
  const words = `the server answered ${status}${serverCode ? ` (${serverCode})` : ''}`
  return new SourceError(codes[status] ?? 'server', words, { retryAfterMs, serverCode })
}
