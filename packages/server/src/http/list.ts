import { isStreamServerError, StreamServerError } from '../errors'
import { listName, listStreams } from '../reading/list-streams'
import type { Runtime } from '../runtime'
import type { StreamScope } from './each-of'
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
  const scope = (await list({ request, owner, group })) as StreamScope
  if (typeof scope !== 'object' || scope === null || (scope.owner === undefined && scope.group === undefined))
    throw new StreamServerError('invalid-option', '`list` of the handler must return an owner, a group or both')
  const own = { owner: listName(scope.owner, 'owner'), group: listName(scope.group, 'group') }
  const paging = {
    ...(status !== undefined && { status: status.split(',') as never }),
    ...(endedSince !== undefined && { endedSince: Number(endedSince) }),
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(cursor !== undefined && { cursor }),
  }
  const { options, expiry } = runtime
  try {
    return jsonResponse(await listStreams(options.store, expiry, { ...own, ...paging }))
  } catch (error) {
    // The application's own names were checked before.
    if (isStreamServerError(error, 'invalid-option'))
      return errorResponse('invalid-request', 'The status, endedSince, limit or cursor cannot be used.')
    throw error
  }
}
