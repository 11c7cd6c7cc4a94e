import { SourceError } from '../../errors'
import type { Origin, Snapshot } from '../../types'
import type { Bound } from './max-length'
import { readText } from './read-text'

/**
 * Reads a response that must be JSON. A proxy may return an HTML page for any request, also with 200: that is a temporary
 * failure. `check` bounds the length, in characters.
 */
export async function readJson(response: Response, check: (length: number) => void) {
  const type = response.headers.get('content-type') ?? ''
  if (/html/i.test(type)) {
    response.body?.cancel().catch(() => {}) // a failure of an unused body does not matter
    throw new SourceError('server', `expected JSON, got ${type}: is the URL right, and is no proxy in between?`)
  }
  let body = ''
  await readText(
    response,
    (text) => {
      body += text
    },
    check,
    {},
  )
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new SourceError('server', `expected JSON, got something else (${type || 'no content type'})`, { cause })
  }
}

/** On the wire, the epoch and its base are two fields. The session checks them. */
export function withOrigin<Facts extends object>(facts: Facts & Partial<Origin>): Facts & { readonly origin?: Origin } {
  const { epoch, base, ...rest } = facts
  return { ...rest, origin: (epoch ?? base) === undefined ? undefined : { epoch, base } } as never
}

/** Reads a snapshot. Bounds the length of its JSON and of the whole text. The session checks its fields. */
export async function readSnapshot(response: Response, { checkText, checkJson }: Bound): Promise<Snapshot> {
  const snapshot = await readJson(response, checkJson)
  checkText((Number(snapshot?.offset) || 0) + (snapshot?.text?.length || 0))
  return snapshot && withOrigin(snapshot)
}
