import { writerError } from './app/writers'

/** Node refuses an empty body where Convex's runtime, and the component's `new Response('', { status: 205 })`, do not. */
class ConvexResponse extends Response {
  constructor(body?: BodyInit | null, init?: ResponseInit) {
    super([204, 205, 304].includes(init?.status ?? 200) ? null : body, init)
  }
}

// The test files share a thread, and this file runs before each of them.
if (globalThis.Response.name !== ConvexResponse.name) {
  globalThis.Response = ConvexResponse
  tolerateRejections()
}

/**
 * The component throws on what its writer throws, and fails to close a response that was cut, with nobody there to catch
 * either; Convex logs such errors.
 */
function tolerateRejections() {
  const tolerated = new RegExp(`${writerError}|/persistent-text-streaming/`)
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error, promise) => {
    if (error instanceof Error && `${error.message}${error.stack}`.match(tolerated)) return
    for (const listener of listeners) listener(error, promise)
  })
}
