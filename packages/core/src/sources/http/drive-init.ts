import { StreamError } from '../../errors'
import type { DriveRequest } from '../../types'

/**
 * The part of a `fetch` request that carries what the reader's user asked.
 *
 * @throws {StreamError} `invalid-option`
 */
export function driveInit({ body, headers }: DriveRequest = {}): { body: BodyInit | null; headers: Headers } {
  try {
    const all = new Headers(headers)
    if (body === undefined) return { body: null, headers: all }
    if (typeof body === 'string' || body instanceof FormData) return { body, headers: all }
    if (!all.has('content-type')) all.set('content-type', 'application/json')
    return { body: JSON.stringify(body), headers: all }
  } catch (cause) {
    // The message has nothing of the body or the headers, since an application may log it.
    throw new StreamError('invalid-option', '`start` needs a `body` that JSON can hold, and valid `headers`', { cause })
  }
}
