import { notFound } from './answers'
import { invalid } from './options'
import { media, refusalCodes } from './wire'

/**
 * The answer to a request that `authorize` has not allowed; `undefined` if it has. A `Response` of the application's keeps
 * its status, its headers and its body, and is never stored by a cache.
 */
export async function refusalOf(verdict: unknown): Promise<Response | undefined> {
  if (verdict === true) return undefined
  if (!isResponse(verdict)) return notFound()
  const { status, statusText, body } = verdict
  const isUsed = verdict.bodyUsed || body?.locked
  if (status < 400 || status > 599 || isUsed) {
    const culprit = isUsed ? 'whose body was read already' : `of status ${status}`
    const cure = 'answer with true, false, or a new Response from 400 to 599'
    return invalid('authorize', `it answered with a Response ${culprit}; ${cure}`)
  }
  // In words of its own it would tell that there is such a stream.
  if (status === 404) return notFound()
  const headers = new Headers(verdict.headers)
  headers.set('Cache-Control', 'no-store')
  headers.set('X-Content-Type-Options', 'nosniff')
  const words = await plainWords(verdict)
  if (words === undefined) return new Response(body, { status, statusText, headers })
  headers.set('Content-Type', media.json)
  headers.delete('Content-Length')
  const code = refusalCodes[status] ?? (status < 500 ? 'refused' : 'server')
  const message = words || 'The request was refused.'
  return new Response(JSON.stringify({ code, message }), { status, statusText, headers })
}

/** Not by its class, which an adapter may have replaced. */
function isResponse(verdict: unknown): verdict is Response {
  const { status, headers } = Object(verdict)
  return typeof status === 'number' && typeof headers?.get === 'function'
}

/** What a refusal says without any form, which clients could not tell from a proxy's. */
async function plainWords(refusal: Response): Promise<string | undefined> {
  if (!refusal.body) return ''
  return /^text\/plain/i.test(refusal.headers.get('Content-Type') ?? '') ? refusal.text() : undefined
}
