import type { DriveContext, ProducerContext } from '../../run/producer'
import { consumedBody } from './consumed-body'
import { isBodyless } from './is-bodyless'

/** Adds a copy of the request that a producer may keep. It has the run's signal instead of the client's. */
export function withRequest(context: ProducerContext, request: Request): DriveContext {
  const body = isBodyless(request) ? null : request.body
  // Copied now, because the application may read the body later.
  if (body) return { ...context, request: copyOf(request, body, context.signal) }
  let copy: Request | undefined
  return {
    ...context,
    get request() {
      copy ??= copyOf(request, null, context.signal)
      return copy
    },
  }
}

function copyOf(request: Request, body: Request['body'], signal: AbortSignal): Request {
  const { method, headers } = request
  if (!body) return new Request(request.url, { method, headers, signal })
  // A body that the application is reading or has read cannot be copied.
  if (request.bodyUsed || body.locked) {
    return new Request(request.url, { method, headers, signal, body: consumedBody(), duplex: 'half' } as RequestInit)
  }
  // Copied field by field: the platform's `Request` does not accept the custom `Request` of some hosts.
  const copied = request.clone().body
  return new Request(request.url, { method, headers, signal, body: copied, duplex: 'half' } as RequestInit)
}
