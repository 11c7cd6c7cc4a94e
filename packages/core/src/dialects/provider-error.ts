import { SourceError } from '../errors'
import type { EventDecoder } from '../sources/http/decode-event'
import { readText } from '../sources/http/read-text'

/** In characters. A proxy may return a body of any length. */
const longestBody = 16_384

/** The error for what a provider reported. Its own words are in the message, for the log of a server. */
export function reported(code: string, cause: unknown, what = 'the provider reported'): SourceError {
  const words = typeof cause === 'string' ? cause : (Object(cause) as { message?: unknown }).message
  const message = typeof words === 'string' && words ? `: ${words.slice(0, 500)}` : ''
  return new SourceError('server', `${what} ${code}${message}`, { cause, serverCode: code })
}

/** The error for a response that is no success. Providers send its reason in the form of their events. */
export async function refusal(response: Response, decode: EventDecoder): Promise<SourceError> {
  const what = `the provider returned ${response.status}`
  try {
    const decoded = decode({ data: await readShort(response), event: 'error', id: undefined })
    if (typeof decoded === 'object' && decoded.error !== undefined)
      return reported(decoded.error, decoded.cause, `${what},`)
  } catch {
    // The status is enough.
  }
  return new SourceError('server', what)
}

/** @throws {RangeError} if the body is too long. It is canceled then. */
async function readShort(response: Response): Promise<string> {
  let body = ''
  await readText(
    response,
    (text) => {
      body += text
    },
    (length) => {
      if (length > longestBody) throw new RangeError()
    },
  )
  return body
}
