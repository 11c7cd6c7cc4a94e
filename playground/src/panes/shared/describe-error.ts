import type { StreamError } from '@keepstream/core'

/** Describes an error for the user. */
export function describeError(error: StreamError): string {
  switch (error.code) {
    case 'network':
    case 'server':
    case 'refused':
    case 'rate-limited':
      return 'The connection is lost. It is retried automatically, and the shown text stays.'
    case 'not-found':
      return 'This answer does not exist on the server any more.'
    case 'timeout':
      return 'The server that wrote this answer is gone. The stored text is kept.'
    case 'generation':
      return 'The answer failed. The text up to here is kept.'
    default:
      return error.message
  }
}
