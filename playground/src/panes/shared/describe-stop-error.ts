import { isStreamError } from '@keepstream/core'
import { describeError } from './describe-error'

/** Describes why the stop failed. A connection is retried automatically, but a stop is not. */
export function describeStopError(error: unknown): string {
  const isKnown = isStreamError(error) && !/^(?:network|server|refused|rate-limited)$/.test(error.code)
  return isKnown ? describeError(error) : 'The answer could not be stopped. Press Stop to try again.'
}
