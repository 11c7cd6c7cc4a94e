import { APIConnectionError, APIError } from 'openai'

/**
 * Creates the error for the server's log from facts alone. An endpoint's own message can repeat the question or the key, and
 * so can an error that quotes it. So the new error has no `cause`.
 */
export function explainFailure(error: unknown): Error {
  return new Error(`The endpoint ${explain(error)}.`)
}

function explain(error: unknown): string {
  if (error instanceof APIConnectionError)
    return `cannot be reached${inBrackets(systemCode(error))}. Is OPENAI_BASE_URL right`
  if (error instanceof APIError) {
    const what = error.status === undefined ? 'ended its answer with an error' : `returned ${error.status}`
    return `${what}${inBrackets(word(error.code) ?? word(error.type))}${cure(error.status)}`
  }
  if (error instanceof SyntaxError) return 'sent data that is not JSON'
  return `was cut in the middle of its answer${inBrackets(systemCode(error))}`
}

function cure(status: number | undefined): string {
  if (status === 401 || status === 403) return '. Is OPENAI_API_KEY right'
  if (status === 404) return '. Are OPENAI_BASE_URL and OPENAI_MODEL right'
  if (status === 429) return ': too many requests, or nothing left to pay them with'
  return ''
}

/** The operating system's error code, such as `ECONNREFUSED`, of the outermost cause that has one. */
function systemCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (typeof code === 'string' && /^[A-Z][A-Z_]*$/.test(code)) return code
  }
  return undefined
}

/** Accepts only a short name. A longer text might be a sentence about the question. */
function word(code: unknown): string | undefined {
  return typeof code === 'string' && /^[a-z][a-z_]{1,40}$/.test(code) ? code : undefined
}

function inBrackets(code: string | undefined): string {
  return code === undefined ? '' : ` (${code})`
}
