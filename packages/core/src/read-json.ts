import { SourceError } from './errors'

/**
 * Reads an answer that must be JSON. What stands between may answer anything with a page, also with 200: that is a
 * passing failure.
 */
export async function readJson(response: Response) {
  const type = response.headers.get('content-type') ?? ''
  if (/html/i.test(type)) {
    response.body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
    throw new SourceError('server', `expected JSON, got ${type}: is the URL right, and is nothing in between?`)
  }
  try {
    return await response.json()
  } catch (cause) {
    // Anything else is a connection that broke.
    if (!(cause instanceof SyntaxError)) throw cause
    throw new SourceError('server', `expected JSON, got something else (${type || 'no content type'})`, { cause })
  }
}
