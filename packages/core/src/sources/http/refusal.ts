import { readText } from './read-text'

/** What a server's own words say of a refusal, as Keepstream's server has them: `{ code, message }` as JSON. */
export interface Refusal {
  readonly code?: string | undefined
  readonly message?: string | undefined
  /** Where the texts part, with `diverged`. */
  readonly offset?: number | undefined
  readonly epoch?: number | undefined
}

/** In characters. Whoever stands in between may answer anything. */
const longestBody = 16_384
const longestMessage = 500

/**
 * Reads the words of an answer that is no success; none if they are not JSON, too long, or broken off. The body of any
 * other answer is let go of: it may never end.
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
    return { code: words(code), message: words(message), offset, epoch }
  } catch {
    return {} // The status says enough.
  }
}

function words(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, longestMessage) : undefined
}
