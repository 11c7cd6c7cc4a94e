import { consumedBody } from './consumed-body'

/** A copy of the request that a producer may keep. It has the run's signal instead of the client's. */
export function producerRequest(request: Request, signal: AbortSignal): Request {
  const { method, headers, body } = request
  if (!body) return new Request(request.url, { method, headers, signal })
  // A body that the application is reading or has read cannot be copied.
  if (request.bodyUsed || body.locked) {
    return new Request(request.url, { method, headers, signal, body: consumedBody(), duplex: 'half' } as RequestInit)
  }
  // Copied field by field: the platform's `Request` does not accept the custom `Request` of some hosts.
  const copied = request.clone().body
  return new Request(request.url, { method, headers, signal, body: copied, duplex: 'half' } as RequestInit)
}
