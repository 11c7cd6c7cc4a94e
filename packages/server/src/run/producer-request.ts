import { consumedBody } from './consumed-body'

/** The request as a producer may keep it: with the run's signal in place of the client's. */
export function producerRequest(request: Request, signal: AbortSignal): Request {
  const { method, headers, body } = request
  if (!body) return new Request(request.url, { method, headers, signal })
  // A body that is being read cannot be copied, and the application has it then.
  if (request.bodyUsed || body.locked) {
    return new Request(request.url, { method, headers, signal, body: consumedBody(), duplex: 'half' } as RequestInit)
  }
  // Of its parts: a host may have a `Request` of its own, which the platform's does not take.
  const copied = request.clone().body
  return new Request(request.url, { method, headers, signal, body: copied, duplex: 'half' } as RequestInit)
}
