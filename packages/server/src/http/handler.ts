import { shuttingDown } from '../reading/shutting-down'
import type { Runtime } from '../runtime'
import { isTerminal } from '../store/status'
import { createStreamId, isStreamId } from '../store/stream-id'
import { createAndDrive } from './create'
import { deleteStream } from './delete'
import { driveStream } from './drive'
import {
  type Authorize,
  type AuthorizeContext,
  canonicalPath,
  type Handler,
  type HandlerOptions,
  type ResolvedHandlerOptions,
  resolveHandlerOptions,
  type StreamAction,
} from './handler-options'
import { readList } from './list'
import { readStream } from './read'
import { crossOrigin, isAllowedOrigin } from './request/allowed-origin'
import { boundRequest } from './request/bounded-request'
import { preflight, withCors } from './request/cors'
import { failureResponse } from './response/failure-response'
import { isResponse, refusalResponse } from './response/refusal-response'
import { errorResponse, jsonResponse, notFoundResponse } from './response/responses'
import { stopStream } from './stop'

interface Route {
  readonly id: string
  readonly action: StreamAction
  /** The methods of this route. */
  readonly allow: string
}

export function createHandler(runtime: Runtime, given: HandlerOptions): Handler {
  const options = resolveHandlerOptions(given)
  const { authorize, create, list, produce, canResume, maxBodyBytes, allowedOrigins } = options
  // Set before the first drive, because a reader may come first and must not end a lapsed stream at once.
  runtime.runs.canResume ||= canResume

  return async (request) => withCors(request, await respondOrFail(request), options)

  async function respondOrFail(request: Request): Promise<Response> {
    try {
      return await respond(request)
    } catch (error) {
      return failureResponse(error, runtime.report)
    }
  }

  async function respond(request: Request): Promise<Response> {
    const route = routed(request, options)
    if (route instanceof Response) return route
    const { id, action, allow } = route
    if (request.method === 'OPTIONS')
      return allowedOrigins.length > 0 ? preflight(request, options) : methodNotAllowed(allow)
    if (runtime.isClosed) throw shuttingDown()
    if (action !== 'read' && action !== 'list' && !isAllowedOrigin(request, allowedOrigins)) {
      return crossOrigin()
    }
    const received = await boundRequest(request, maxBodyBytes)
    if (received === 'too-long') return errorResponse('too-large', `A body may have ${maxBodyBytes} bytes.`)
    if (received === 'cut') return errorResponse('invalid-request', 'The body broke off.')
    const refusalOf = async (what: StreamAction) =>
      authorize === 'public'
        ? undefined
        : refusalResponse(
            await verdictOf(authorize, { request: received.open(), id, action: what, getMeta: metaOf(id) }),
          )
    const refusal = await refusalOf(action)
    if (refusal) return refusal
    switch (action) {
      case 'list':
        return list ? readList(runtime, received.open(), list) : notFoundResponse()
      case 'create': {
        if (!create || !produce) return notFoundResponse()
        const { open } = received
        const refusalToDrive = () => refusalOf('drive')
        return createAndDrive(runtime, { id, create, produce, canResume, open, refusalToDrive })
      }
      case 'read':
        return readStream(runtime, request, id)
      case 'drive':
        return produce ? driveStream(runtime, received.open(), id, produce, { canResume }) : notFoundResponse()
      case 'stop': {
        const stopped = await stopStream(runtime, id)
        return jsonResponse(stopped, isTerminal(stopped.status) ? 200 : 202, { 'Cache-Control': 'no-store' })
      }
      case 'delete':
        await deleteStream(runtime, id)
        return new Response(null, { status: 204 })
    }
  }

  /** Reads the store at the first call. */
  function metaOf(id: string): AuthorizeContext['getMeta'] {
    let meta: Promise<unknown> | undefined
    return () => {
      meta ??= isStreamId(id) ? runtime.options.store.readMeta(id) : Promise.resolve(undefined)
      return meta
    }
  }
}

/** What `authorize` returns, or the `Response` that it throws, as some frameworks do. */
async function verdictOf(authorize: Authorize, request: AuthorizeContext): Promise<unknown> {
  try {
    return await authorize(request)
  } catch (error) {
    if (isResponse(error)) return error
    throw error
  }
}

function routed(request: Request, { basePath, create, list, produce }: ResolvedHandlerOptions): Route | Response {
  const pathname = canonicalPath(new URL(request.url).pathname)
  const { method } = request
  if (pathname.replace(/\/$/, '') === basePath) {
    if (method === 'POST' && create) return { id: createStreamId(), action: 'create', allow: 'POST' }
    const allow = [list && 'GET', create && 'POST'].filter(Boolean).join(', ')
    if (allow === '') return notFoundResponse()
    return (method === 'GET' && list) || method === 'OPTIONS'
      ? { id: '', action: 'list', allow }
      : methodNotAllowed(allow)
  }
  if (!pathname.startsWith(`${basePath}/`)) return notFoundResponse()
  // One slash at the end is ignored, because some routers add it to every path.
  const [id, verb, ...more] = pathname
    .slice(basePath.length + 1)
    .replace(/(?<=[^/])\/$/, '')
    .split('/')
  if (!isStreamId(id) || more.length > 0) return notFoundResponse()
  if (verb === undefined) {
    const allow = 'GET, HEAD, DELETE'
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { id, action: 'read', allow }
    return method === 'DELETE' ? { id, action: 'delete', allow } : methodNotAllowed(allow)
  }
  const verbs = { stop: true, drive: produce, create }
  return Object.hasOwn(verbs, verb) && verbs[verb as keyof typeof verbs]
    ? posted(method, id, verb as keyof typeof verbs)
    : notFoundResponse()
}

function posted(method: string, id: string, action: StreamAction): Route | Response {
  const allow = 'POST'
  return method === 'POST' || method === 'OPTIONS' ? { id, action, allow } : methodNotAllowed(allow)
}

function methodNotAllowed(allow: string): Response {
  return errorResponse('method-not-allowed', `Use ${allow} here.`, { headers: { Allow: allow } })
}
