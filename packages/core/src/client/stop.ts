import type { ReadableAtom } from 'nanostores'
import type { Environment } from '../environment'
import { SourceError, toSourceError } from '../errors'
import { checkEnd } from '../session/check-source'
import type { Session } from '../session/session'
import { type End, isTerminal, type StreamState } from '../types'
import { subscribe } from './listen'

/** How long the server may take to respond to a stop request, in milliseconds. */
const STOP_MS = 10_000

/** How long the end may take to be read after the request, in milliseconds. A producer that is gone has lost its lease by then. */
const END_MS = 120_000

/**
 * Sends a stop request with `request`. Resolves once a terminal status is shown or, if nothing can be read, known. Until
 * then, or for two minutes, a separate reader (`attach`) stays attached, so that reading goes on when all other readers leave.
 *
 * @throws {SourceError} why the request could not be delivered
 */
export async function stopStream(
  session: Session,
  $state: ReadableAtom<StreamState>,
  environment: Environment,
  attach: () => () => void,
  request: (signal: AbortSignal) => Promise<End | undefined>,
): Promise<void> {
  const attempt = new AbortController()
  const timer = environment.setTimeout(() => attempt.abort(), STOP_MS)
  let overdue: unknown
  let leave = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      let response: { end?: End | undefined } | undefined
      const check = ({ status, connection, error }: StreamState) => {
        const isFailed = connection === 'failed'
        if (isTerminal(status) || (isFailed && response?.end)) resolve()
        else if (isFailed && response) reject(error)
      }
      leave = subscribe($state, attach, check)
      if (isTerminal(session.state.status)) return
      session.dispatch({ type: 'stopping', isStopping: true })
      const late = () => reject(new SourceError('network', 'the stop was requested, but its end was not read in time'))
      overdue = environment.setTimeout(late, END_MS)
      request(attempt.signal)
        .then((result) => {
          const end = result && checkEnd(result)
          response = { end }
          if (end) session.dispatch({ type: 'stopped', end })
          check($state.get())
        })
        .catch(reject)
    })
  } catch (cause) {
    throw toSourceError(cause)
  } finally {
    for (const one of [timer, overdue]) environment.clearTimeout(one as never)
    session.dispatch({ type: 'stopping', isStopping: false })
    // The text may end by itself before the server has responded.
    attempt.abort()
    leave()
  }
}

/** The same promise. A rejection that nobody waits for, as of a button's handler, is no unhandled one. */
export function handled(result: Promise<void>): Promise<void> {
  result.catch(() => {})
  return result
}
