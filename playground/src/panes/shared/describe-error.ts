import type { StreamError } from '@keepstream/core'

/** An error in words for the person before the screen. */
export function describeError(error: StreamError): string {
  switch (error.code) {
    case 'network':
    case 'server':
    case 'refused':
    case 'rate-limited':
      return 'The connection is lost. It is tried again by itself; what was shown stays.'
    case 'not-found':
      return 'The server does not know this answer any more.'
    case 'timeout':
      return 'The server that wrote this answer went away. What it had stored is kept.'
    case 'generation':
      return 'The answer failed. What was written until then is kept.'
    default:
      return error.message
  }
}
