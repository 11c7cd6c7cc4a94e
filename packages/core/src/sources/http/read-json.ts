import { SourceError } from '../../errors'
import type { Snapshot } from '../../types'
import type { Bound } from './max-length'
import { readText } from './read-text'

/**
 * Reads an answer that must be JSON. What stands between may answer anything with a page, also with 200: that is a
 * passing failure. `check` bounds its length, in characters.
 */
export async function readJson(response: Response, check: (length: number) => void) {
  const type = response.headers.get('content-type') ?? ''
  if (/html/i.test(type)) {
    response.body?.cancel().catch(() => {}) // a body that is not wanted may fail as it likes
    throw new SourceError('server', `expected JSON, got ${type}: is the URL right, and is nothing in between?`)
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

/** Reads a snapshot: its JSON is bounded, and how long the text is up to its end. What it is, the session checks. */
export async function readSnapshot(response: Response, { checkText, checkJson }: Bound): Promise<Snapshot> {
  const snapshot = await readJson(response, checkJson)
  checkText((Number(snapshot?.offset) || 0) + (snapshot?.text?.length || 0))
  return snapshot
}
