import { StreamError } from '../errors'

/**
 * An id as one segment of a path. Encoded it holds no slash, backslash or percent sign, so that only an id that is nothing
 * but dots, or nothing at all, could lead out of the path it is put into.
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
 * What an application made a URL of. A dot segment, also an encoded one, or a backslash would be resolved before the
 * request is sent; only at the start of a relative URL are they its author's.
 *
 * @throws {StreamError} `invalid-option`
 */
export function checkUrl(url: string, id: string): string {
  const [path = ''] = url.split(/[?#]/)
  if (/[\\/](\.|%2e){1,2}([\\/]|$)|\\/i.test(path.replace(/^(\.{1,2}\/)+/, '/')))
    throw new StreamError(
      'invalid-option',
      `\`url\` leads elsewhere for the id ${JSON.stringify(id)}: put encodeURIComponent(id) into it, and refuse ids of dots`,
    )
  return url
}

function invalid(id: unknown) {
  return new StreamError(
    'invalid-option',
    `${typeof id === 'string' ? JSON.stringify(id) : typeof id} is no stream id: it must be text other than "", "." and ".."; while there is none yet, give undefined`,
  )
}
