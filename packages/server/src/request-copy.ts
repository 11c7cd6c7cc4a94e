/** The request as a producer may keep it: with the run's signal in place of the client's. */
export function requestCopy(request: Request, signal: AbortSignal): Request {
  const { method, headers } = request
  // A body that is being read cannot be copied, and the application has it then.
  if (request.bodyUsed || request.body === null || request.body.locked)
    return new Request(request.url, { method, headers, signal })
  return new Request(request.clone(), { signal })
}
