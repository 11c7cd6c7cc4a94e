import { lastEventId, headerNames as wire } from '../wire-names'

/** What pages of the listed origins may do. Pages of other origins may do nothing. */
export interface Cors {
  readonly allowedOrigins: readonly string[]
  /** `undefined`: a page of a listed origin may send any header. */
  readonly allowedHeaders: readonly string[] | undefined
  readonly allowCredentials: boolean
}

/** What clients of this wire send besides the headers that every page may send. */
const ownHeaders = ['Authorization', 'Content-Type', 'If-None-Match', lastEventId]
const exposedHeaders = ['ETag', 'Retry-After', ...Object.values(wire)].join(', ')

/** Lets a page of a listed origin read the response. For every other page it adds only `Vary`. */
export function withCors(request: Request, response: Response, cors: Cors): Response {
  if (cors.allowedOrigins.length === 0) return response
  const { headers } = response
  headers.append('Vary', 'Origin')
  const origin = listedOrigin(request, cors)
  if (origin === undefined) return response
  headers.set('Access-Control-Allow-Origin', origin)
  if (cors.allowCredentials) headers.set('Access-Control-Allow-Credentials', 'true')
  headers.append('Access-Control-Expose-Headers', exposedHeaders)
  return response
}

/**
 * The response to a browser's preflight request. A page of a listed origin may send any header: if it is trusted with
 * the streams, nothing is gained by refusing the trace headers that its libraries add.
 */
export function preflight(request: Request, cors: Cors): Response {
  const requested = request.headers.get('Access-Control-Request-Headers') ?? ''
  const isReflected = !cors.allowedHeaders && listedOrigin(request, cors) !== undefined && isHeaderList(requested)
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, HEAD, POST, DELETE',
      'Access-Control-Allow-Headers': isReflected
        ? requested
        : [...ownHeaders, ...(cors.allowedHeaders ?? [])].join(', '),
      'Access-Control-Max-Age': '600',
      Vary: 'Access-Control-Request-Headers',
    },
  })
}

/** `*` is refused. It is a name by the grammar, but in a response it stands for all headers. */
export function isHeaderName(name: unknown): name is string {
  return typeof name === 'string' && /^[\w!#$%&'+.^`|~-]+$/.test(name)
}

function isHeaderList(names: string): boolean {
  return names.length < 4_096 && names.split(',').every((name) => isHeaderName(name.trim()))
}

function listedOrigin(request: Request, { allowedOrigins }: Cors): string | undefined {
  const origin = request.headers.get('Origin')
  return origin !== null && allowedOrigins.includes(origin) ? origin : undefined
}
