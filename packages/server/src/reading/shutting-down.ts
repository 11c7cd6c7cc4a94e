import { StreamsError } from '../errors'

/** The error of calls after `close()`. Another process may still serve them. */
export function shuttingDown(): StreamsError {
  return new StreamsError('shutting-down', 'close() was called, so nothing new is started')
}
