import { readText } from './read-text'

/** The server's own reason for a refusal. Keepstream's server sends `{ code, message }` as JSON. */
export interface Refusal {
  readonly code?: string | undefined
  readonly message?: string | undefined
  /** With `diverged`: the offset where the texts start to differ. */
  readonly offset?: number | undefined
  readonly epoch?: number | undefined
}

/** In characters. A proxy may return a body of any length. */
const longestBody = 16_384
const longestMessage = 500

/**
 * Reads the reason from a response that is no success. Returns `{}` if it is not JSON, too long, or cut. A body that is not
 * JSON is canceled, because it may never end.
 */
export async function readRefusal(response: Response): Promise<Refusal> {
  if (!/json/i.test(response.headers.get('content-type') ?? '')) {
    response.body?.cancel().catch(() => {})
    return {}
  }
  let body = ''
  try {
    await readText(
      response,
      (text) => {
        body += text
      },
      (length) => {
        if (length > longestBody) throw new RangeError()
      },
    )
    const { code, message, offset, epoch } = Object(JSON.parse(body))
    return { code: shortText(code), message: shortText(message), offset, epoch }
  } catch {
    return {} // The status is enough.
  }
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, longestMessage) : undefined
}
