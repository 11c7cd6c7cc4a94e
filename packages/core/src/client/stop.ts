import type { ReadableAtom } from 'nanostores'
import type { Environment } from '../environment'
import { toSourceError } from '../errors'
import { checkEnd } from '../session/check-source'
import type { Session } from '../session/session'
import { type End, isTerminal, type StreamState } from '../types'
import { subscribe } from './listen'

/** How long the server may take to respond to a stop request, in milliseconds. */
const STOP_MS = 10_000

/**
 * Sends a stop request with `request`. Resolves once a terminal status is shown or, if nothing can be read, known. Until
 * then a separate reader (`attach`) stays attached, so that reading goes on when all other readers leave.
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
  let leave = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      let response: { end?: End | undefined } | undefined
      const check = ({ status, connection, error }: StreamState) => {
        if (isTerminal(status) || (connection === 'closed' && response?.end)) resolve()
        else if (connection === 'closed' && response) reject(error)
      }
      leave = subscribe($state, attach, check)
      if (isTerminal(session.state.status)) return
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
    environment.clearTimeout(timer as never)
    // The text may end by itself before the server has responded.
    attempt.abort()
    leave()
  }
}
