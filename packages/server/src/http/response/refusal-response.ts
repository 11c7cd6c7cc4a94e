import { invalid } from '../../options/check-options'
import { mediaTypes, refusalCodes } from '../wire-names'
import { notFoundResponse } from './responses'

/**
 * The answer to a request that `authorize` has not allowed; `undefined` if it has. A `Response` of the application's keeps
 * its status, its headers and its words, and is never stored by a cache.
 */
export async function refusalResponse(verdict: unknown): Promise<Response | undefined> {
  if (verdict === true) return undefined
  if (!isResponse(verdict)) return notFoundResponse()
  const { status, statusText, body } = verdict
  const isUsed = verdict.bodyUsed || body?.locked
  if (status < 400 || status > 599 || isUsed) {
    const culprit = isUsed ? 'whose body was read already' : `of status ${status}`
    const cure = 'answer with true, false, or a new Response from 400 to 599'
    if (!isUsed) letGo(body)
    return invalid('authorize', `it answered with a Response ${culprit}; ${cure}`)
  }
  // In words of its own it would tell that there is such a stream.
  if (status === 404) {
    letGo(body)
    return notFoundResponse()
  }
  const headers = new Headers(verdict.headers)
  headers.set('Cache-Control', 'no-store')
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.delete('Content-Length')
  // What `fetch` gives has been decoded already.
  headers.delete('Content-Encoding')
  const type = body ? (headers.get('Content-Type') ?? '') : mediaTypes.text
  if (/^text\/plain/i.test(type)) headers.set('Content-Type', mediaTypes.json)
  else if (!/json/i.test(type)) return new Response(body, { status, statusText, headers })
  return new Response(withCode(await verdict.text(), type, status), { status, statusText, headers })
}

/** It may hold a connection of the application's own `fetch`. */
function letGo(body: Response['body'] | undefined): void {
  body?.cancel().catch(() => undefined)
}

/** Not by its class, which an adapter may have replaced. */
export function isResponse(value: unknown): value is Response {
  const { status, headers, text } = Object(value)
  return typeof status === 'number' && typeof headers?.get === 'function' && typeof text === 'function'
}

/** Clients could not tell a refusal without a code from one of a proxy, and would wait for it to pass. */
function withCode(words: string, type: string, status: number): string {
  const said = /json/i.test(type) ? parsed(words) : { message: words || undefined }
  if (said === undefined || typeof said['code'] === 'string') return words
  const code = refusalCodes[status] ?? (status < 500 ? 'refused' : 'server')
  return JSON.stringify({ ...said, code, message: said['message'] ?? 'The request was refused.' })
}

/** `undefined` if it is no object. */
function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined // It is the application's own, and passed on as it is.
  }
}
