import { isStreamServerError } from '../errors'
import { optionsFrom } from '../options/check-options'
import { requireScope, scopeTable } from '../options/stream-scope'
import { listStreams } from '../reading/list-streams'
import type { Runtime } from '../runtime'
import type { ListContext } from './handler-options'
import { errorResponse, jsonResponse } from './response/responses'

/** Responds with a page of a list. `list` of the handler says whose streams the request may see. */
export async function readList(
  runtime: Runtime,
  request: Request,
  list: (context: ListContext) => unknown,
): Promise<Response> {
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const { owner, group, status, endedSince, limit, cursor } = query
  const scope = optionsFrom(await list({ request, owner, group }), scopeTable, '`list` must return { owner, group }')
  requireScope(scope, 'what `list` of the handler returns')
  const paging = {
    ...(status !== undefined && { status: status.split(',') as never }),
    ...(endedSince !== undefined && { endedSince: Number(endedSince) }),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(cursor !== undefined && { cursor }),
  }
  const { options, expiry } = runtime
  try {
    return jsonResponse(await listStreams(options.store, expiry, { ...scope, ...paging }))
  } catch (error) {
    // The scope is the application's, and was checked before.
    if (isStreamServerError(error, 'invalid-option'))
      return errorResponse('invalid-request', 'The status, endedSince, limit or cursor cannot be used.')
    throw error
  }
}
