import type { ReadableAtom } from 'nanostores'
import type { Environment } from '../environment'
import { toSourceError } from '../errors'
import { checkEnd } from '../session/check-source'
import type { Session } from '../session/session'
import { type End, isTerminal, type StreamState } from '../types'
import { subscribe } from './listen'

/** How long the server may take to note a stop, in milliseconds. */
const STOP_MS = 10_000

/**
 * Has the server asked to stop the stream, by `ask`, and resolves once a terminal status is shown or, where nothing can be
 * read, known. A reader of its own (`attach`) reads on until then, also when every other one leaves.
 *
 * @throws {SourceError} why it could not be delivered
 */
export async function stopStream(
  session: Session,
  $state: ReadableAtom<StreamState>,
  environment: Environment,
  attach: () => () => void,
  ask: (signal: AbortSignal) => Promise<End | undefined>,
): Promise<void> {
  const attempt = new AbortController()
  const timer = environment.setTimeout(() => attempt.abort(), STOP_MS)
  let leave = () => {}
  try {
    await new Promise<void>((resolve, reject) => {
      let answer: { end?: End | undefined } | undefined
      const check = ({ status, connection, error }: StreamState) => {
        if (isTerminal(status) || (connection === 'closed' && answer?.end)) resolve()
        else if (connection === 'closed' && answer) reject(error)
      }
      leave = subscribe($state, attach, check)
      if (isTerminal(session.state.status)) return
      ask(attempt.signal)
        .then((said) => {
          const end = said && checkEnd(said)
          answer = { end }
          if (end) session.dispatch({ type: 'stopped', end })
          check($state.get())
        })
        .catch(reject)
    })
  } catch (cause) {
    throw toSourceError(cause)
  } finally {
    environment.clearTimeout(timer as never)
    // The text may end by itself, before the server has answered.
    attempt.abort()
    leave()
  }
}
