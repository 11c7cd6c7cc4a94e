import { invalid } from '../../options/check-options'
import { mediaTypes, refusalCodes } from '../wire-names'
import { notFoundResponse } from './responses'

/**
 * The response to a request that `authorize` did not allow, or `undefined` if it did. A `Response` of the application
 * keeps its status, its headers and its message, and no cache stores it.
 */
export async function refusalResponse(verdict: unknown): Promise<Response | undefined> {
  if (verdict === true) return undefined
  if (!isResponse(verdict)) return notFoundResponse()
  const { status, statusText, body } = verdict
  const isUsed = verdict.bodyUsed || body?.locked
  if (status < 400 || status > 599 || isUsed) {
    const culprit = isUsed ? 'whose body was read already' : `of status ${status}`
    const cure = 'return true, false, or a new Response from 400 to 599'
    if (!isUsed) cancel(body)
    return invalid('authorize', `it returned a Response ${culprit}; ${cure}`)
  }
  // A message of its own would reveal that the stream exists.
  if (status === 404) {
    cancel(body)
    return notFoundResponse()
  }
  const headers = new Headers(verdict.headers)
  headers.set('Cache-Control', 'no-store')
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.delete('Content-Length')
  // `fetch` has already decoded the body of its response.
  headers.delete('Content-Encoding')
  const type = body ? (headers.get('Content-Type') ?? '') : mediaTypes.text
  if (/^text\/plain/i.test(type)) headers.set('Content-Type', mediaTypes.json)
  else if (!/json/i.test(type)) return new Response(body, { status, statusText, headers })
  return new Response(withCode(await verdict.text(), type, status), { status, statusText, headers })
}

/** Cancels the body, because it may hold a connection of the application's own `fetch`. */
function cancel(body: Response['body'] | undefined): void {
  body?.cancel().catch(() => undefined)
}

/** Does not check the class, because an adapter may have replaced it. */
export function isResponse(value: unknown): value is Response {
  const { status, headers, text } = Object(value)
  return typeof status === 'number' && typeof headers?.get === 'function' && typeof text === 'function'
}

/** Adds a code. Without one, clients would take the refusal for a failure of a proxy, and would retry. */
function withCode(body: string, type: string, status: number): string {
  const fields = /json/i.test(type) ? parsed(body) : { message: body || undefined }
  if (fields === undefined || typeof fields['code'] === 'string') return body
  const code = refusalCodes[status] ?? (status < 500 ? 'refused' : 'server')
  return JSON.stringify({ ...fields, code, message: fields['message'] ?? 'The request was refused.' })
}

/** `undefined` if it is not an object. */
function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined // The application's own format is passed on unchanged.
  }
}
