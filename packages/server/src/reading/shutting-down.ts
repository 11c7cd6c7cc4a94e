import { StreamServerError } from '../errors'

/** The error of calls after `close()`. Another process may still serve them. */
export function shuttingDown(): StreamServerError {
  return new StreamServerError('shutting-down', 'close() was called, so nothing new is started')
}
