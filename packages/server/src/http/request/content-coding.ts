import type { ContentCoding } from '../response/gzip'
import { type Preference, preferencesIn } from './preferences'

/**
 * A shorter text is sent as it is: with its headers it takes about one packet, compressed or not. In UTF-16 code units.
 */
const minLength = 1_024

/**
 * The coding for a text of `length` UTF-16 code units that is finished when it is sent. `gzip` only if the client prefers
 * it and the runtime can do it. A text that grows is never compressed: a `CompressionStream` cannot be flushed, so it
 * would hold text back.
 */
export function contentCoding(request: Request, length: number): ContentCoding {
  if (typeof CompressionStream === 'undefined') return undefined
  // Without the header every coding would be allowed, but clients that send none often know none.
  const accepted = preferencesIn(request.headers.get('Accept-Encoding') ?? '')
  const any = qualityOf(accepted, '*')
  const gzip = qualityOf(accepted, 'gzip', 'x-gzip') ?? any ?? 0
  // A client that lists only other codings takes the text as it is too, but prefers what it lists.
  const identity = qualityOf(accepted, 'identity') ?? (any === 0 ? 0 : undefined)
  if (gzip === 0 || (identity !== undefined && identity > gzip)) return undefined
  return length >= minLength || identity === 0 ? 'gzip' : undefined
}

function qualityOf(accepted: readonly Preference[], ...names: string[]): number | undefined {
  return accepted.find(({ name }) => names.includes(name))?.quality
}
