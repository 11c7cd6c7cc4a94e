import { isStreamServerError } from '../../errors'
import type { Report } from '../../events'
import { errorResponse, notFoundResponse } from './responses'

/**
 * The response to a request that failed. It never contains the cause. A failure of the store was reported by the call
 * to the store, and anything else is reported here.
 */
export function failureResponse(error: unknown, report: Report): Response {
  const code = isStreamServerError(error) ? error.code : undefined
  if (code === 'not-found') return notFoundResponse()
  if (code === 'corrupt') return errorResponse(code, 'Some of what was stored of this stream is missing.')
  const isReported = code === 'store' || code === 'shutting-down'
  if (!isReported) report.error(error, { source: 'handler' })
  // No retry after another code: that is a mistake in the application, and a retry fails too.
  const headers: Record<string, string> = isReported || code === undefined ? { 'Retry-After': '1' } : {}
  return code === 'shutting-down'
    ? errorResponse(code, 'The server is about to restart.', { headers })
    : errorResponse('server', 'This cannot be done at the moment.', { headers })
}
