import type { Environment } from '../environment'
import { isFinal, toSourceError } from '../errors'
import { isTerminal, type Snapshot, type SnapshotSource, type SourceRequest } from '../types'
import { checkSnapshot } from './check-source'
import { readOnce } from './read-once'
import { shortRead } from './short-read'

/** A connection, as far as reads beside it need to know it. */
export interface Beside {
  readonly snapshot: SnapshotSource
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly isDriving: boolean
  /** The connection sends keep-alives. */
  readonly hasKeepAlives: boolean
  /** The longest wait that a server may request, in milliseconds. */
  readonly maxWaitMs: number
  /** The text that is shown, and where a read begins. */
  shown(): { readonly text: string; readonly position: Omit<SourceRequest, 'signal'> }
  /** How often the connection has brought bytes. */
  received(): number
  /** Shows what a short read beside a follower has brought. */
  read(snapshot: Snapshot, isNew: boolean): void
  closed(): void
  failed(cause: unknown): void
  proven(): void
}

/** Reads the persisted text beside a connection: to show it, or to find out whether the connection is dead. */
export function readBeside({ snapshot, environment, signal, isDriving, shown, closed, ...beside }: Beside) {
  const isAhead = ({ offset, text, status, upToDate }: Snapshot) =>
    isTerminal(status) || upToDate === false || offset + text.length > shown().text.length
  let probing = new AbortController()
  signal.addEventListener('abort', () => probing.abort())

  return {
    /**
     * One short read. Its text is shown, unless the connection is a drive that has begun: that brings the rest itself. Resolves
     * as `ChannelOptions.readBeside` says.
     */
    async read(until: AbortSignal): Promise<boolean | number | 'enough'> {
      const before = beside.received()
      let result: Snapshot
      try {
        result = await shortRead(snapshot, shown().position, until, environment)
      } catch (cause) {
        const { code, retryAfterMs = 0 } = toSourceError(cause)
        if (until.aborted) return false
        // A drive brings what the store may not have yet, so a store that refuses does not end it.
        if (isDriving && isFinal(code)) return 'enough'
        if (!isDriving && (isFinal(code) || code === 'diverged')) beside.failed(cause)
        // A wait that is no number would be none at all.
        return Math.min(retryAfterMs, beside.maxWaitMs) || 0
      }
      if (until.aborted) return false
      const isNew = isAhead(result)
      const received = beside.received()
      if (!isDriving || !received) {
        beside.read(result, isNew)
        return isNew
      }
      // A drive that brought bytes meanwhile is alive: the text that the store had first is on its way.
      const isBehind = isNew && received === before
      if (isBehind) closed()
      if (beside.hasKeepAlives) return false
      // A drive without keep-alives may be silent and alive: the stall watchdog probes it again later.
      if (!isBehind) beside.proven()
      return 'enough'
    },
    /** A connection without keep-alives is silent while a model thinks. It is closed only if the store has more. */
    probe(): void {
      probing.abort()
      const attempt = new AbortController()
      probing = attempt
      readOnce(snapshot, { ...shown().position, signal: attempt.signal })
        .then(checkSnapshot)
        .then(
          isAhead,
          // A refusal is shown by reading on as a follower. Any other failure says nothing about the connection.
          (cause) => !/network|server|limited/.test(toSourceError(cause).code),
        )
        .then((isBehind) => {
          const isCurrent = !attempt.signal.aborted
          attempt.abort()
          if (isBehind && isCurrent) closed()
        })
    },
  }
}
