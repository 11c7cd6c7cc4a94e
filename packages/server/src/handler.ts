import { errorAnswer, jsonAnswer, notFound } from './answers'
import { withBoundedBody } from './bounded-body'
import { failureAnswer } from './failure-answer'
import type { Handler, HandlerOptions, StreamAction } from './handler-options'
import { checkNames, invalid } from './options'
import { isAllowedOrigin, preflight, withCors } from './origin'
import type { Producer } from './producer'
import type { Runtime } from './runtime'
import { isStreamId } from './stream-id'
import type { Streams } from './streams'
import { isTerminal } from './types'

interface Route {
  readonly id: string
  readonly action: StreamAction
}

const names: readonly (keyof HandlerOptions)[] = [
  ...(['basePath', 'authorize', 'produce', 'canResume', 'allowedOrigins', 'maxBodyBytes'] as const),
]

export function createHandler(streams: Streams, runtime: Runtime, given: HandlerOptions): Handler {
  checkNames('', given, names)
  const { authorize, produce, canResume = false, maxBodyBytes = 65_536 } = given
  const basePath = checkedPath(given.basePath)
  const allowedOrigins = (given.allowedOrigins ?? []).map(checkedOrigin)
  if (authorize !== 'public' && typeof authorize !== 'function') {
    invalid('authorize', "pass a function that answers with true or false, or the word 'public'")
  }
  if (produce !== undefined && typeof produce !== 'function')
    invalid('produce', 'pass a function that returns a producer')
  if (!(maxBodyBytes >= 0)) invalid('maxBodyBytes', 'pass a number of bytes')

  return async (request) => {
    try {
      return withCors(request, await answer(request), allowedOrigins)
    } catch (error) {
      return failureAnswer(error, runtime.report)
    }
  }

  async function answer(request: Request): Promise<Response> {
    const route = routed(request, basePath, produce !== undefined)
    if (route instanceof Response) return route
    if (request.method === 'OPTIONS')
      return allowedOrigins.length > 0 ? preflight() : methodNotAllowed('GET, HEAD, POST, DELETE')
    if (route.action !== 'read' && !isAllowedOrigin(request, allowedOrigins)) {
      return errorAnswer('cross-origin', 'This origin may not do that.')
    }
    if (!(await isAuthorized(request, route))) return notFound()
    switch (route.action) {
      case 'read':
        return streams.read(request, route.id)
      case 'drive':
        return drive(request, route.id)
      case 'stop': {
        const stopped = await streams.stopStream(route.id)
        return jsonAnswer(stopped, isTerminal(stopped.status) ? 200 : 202, { 'Cache-Control': 'no-store' })
      }
      case 'delete':
        return (await streams.deleteStream(route.id)) ? new Response(null, { status: 204 }) : notFound()
    }
  }

  async function drive(request: Request, id: string): Promise<Response> {
    if (!produce) return notFound()
    const bounded = await withBoundedBody(request, maxBodyBytes)
    if (!bounded) return errorAnswer('too-large', `A body may have ${maxBodyBytes} bytes.`)
    const producer: Producer = async (append, context) => {
      const meta = await metaOf(id)
      return (await produce({ id, request: context.request, meta }))(append, context)
    }
    return streams.stream(bounded, id, producer, { canResume })
  }

  async function isAuthorized(request: Request, { id, action }: Route): Promise<boolean> {
    if (authorize === 'public') return true
    let meta: Promise<unknown> | undefined
    const getMeta = () => {
      meta ??= metaOf(id)
      return meta
    }
    return (await authorize({ request, id, action, getMeta })) === true
  }

  async function metaOf(id: string): Promise<unknown> {
    return (await runtime.hub.read(id, 0, 2))?.meta
  }
}

function routed(request: Request, basePath: string, canDrive: boolean): Route | Response {
  const { pathname } = new URL(request.url)
  if (!pathname.startsWith(`${basePath}/`)) return notFound()
  const [id, verb, ...more] = pathname.slice(basePath.length + 1).split('/')
  if (!isStreamId(id) || more.length > 0) return notFound()
  const { method } = request
  if (verb === undefined) {
    if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { id, action: 'read' }
    return method === 'DELETE' ? { id, action: 'delete' } : methodNotAllowed('GET, HEAD, DELETE')
  }
  if (verb !== 'stop' && (verb !== 'drive' || !canDrive)) return notFound()
  return method === 'POST' || method === 'OPTIONS' ? { id, action: verb } : methodNotAllowed('POST')
}

function methodNotAllowed(allow: string): Response {
  return errorAnswer('method-not-allowed', `Use ${allow} here.`, { headers: { Allow: allow } })
}

function checkedPath(basePath: unknown): string {
  if (typeof basePath === 'string' && /^(\/[^/?#]+)*\/?$/.test(basePath)) return basePath.replace(/\/$/, '')
  return invalid('basePath', "pass a path such as '/streams'")
}

function checkedOrigin(origin: unknown): string {
  if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin) return origin
  return invalid('allowedOrigins', "list whole origins such as 'https://app.example', without a path and without '*'")
}
