import { StreamsError } from '../errors'

/** Told to whoever asks for something that `close()` has ended. Another process may do it. */
export function shuttingDown(): StreamsError {
  return new StreamsError('shutting-down', 'close() was called; nothing is started any more')
}
