import { isStreamsError } from '../../errors'
import type { Report } from '../../events'
import { errorResponse, notFoundResponse } from './responses'

/**
 * The answer to a request that could not be carried out. It never carries the cause: what the store failed with was
 * reported where it was asked, and anything else is reported here.
 */
export function failureResponse(error: unknown, report: Report): Response {
  const code = isStreamsError(error) ? error.code : undefined
  if (code === 'not-found') return notFoundResponse()
  if (code === 'corrupt') return errorResponse(code, 'Some of what was stored of this stream is missing.')
  const isTold = code === 'store' || code === 'shutting-down'
  if (!isTold) report.error(error, { source: 'handler' })
  // A mistake in the application is there the next time too.
  const headers: Record<string, string> = isTold || code === undefined ? { 'Retry-After': '1' } : {}
  return code === 'shutting-down'
    ? errorResponse(code, 'The server is about to restart.', { headers })
    : errorResponse('server', 'This cannot be done at the moment.', { headers })
}
