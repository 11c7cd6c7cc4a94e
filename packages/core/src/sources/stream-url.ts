import { StreamError } from '../errors'

/**
 * Encodes an id as one path segment. An encoded id has no slash or backslash, so only an empty id, `.` or `..` could change
 * the path. These are refused.
 *
 * @throws {StreamError} `invalid-option`
 */
export function segmentOf(id: string): string {
  if (typeof id !== 'string' || /^\.{0,2}$/.test(id)) throw invalid(id)
  try {
    return encodeURIComponent(id)
  } catch {
    throw invalid(id) // a lone surrogate has no UTF-8
  }
}

/**
 * Checks a URL that the application built from an id. A dot segment, also an encoded one, or a backslash would change the
 * path before the request is sent. Dot segments are allowed only at the start of a relative URL.
 *
 * @throws {StreamError} `invalid-option`
 */
export function checkUrl(url: string, id: string): string {
  const [path = ''] = url.split(/[?#]/)
  if (/[\\/](\.|%2e){1,2}([\\/]|$)|\\/i.test(path.replace(/^(\.{1,2}\/)+/, '/')))
    throw new StreamError(
      'invalid-option',
      `\`url\` leads elsewhere for the id ${JSON.stringify(id)}: use encodeURIComponent(id) in it, and refuse "." and ".."`,
    )
  return url
}

function invalid(id: unknown) {
  return new StreamError(
    'invalid-option',
    `${typeof id === 'string' ? JSON.stringify(id) : typeof id} is no stream id: it must be text other than "", "." and "..". Without an id, pass undefined`,
  )
}
