import type { SnapshotFetcher, SourceRequest } from '../types'
import { createBound } from './http/max-length'
import { readSnapshot } from './http/read-json'
import { createRequest, type RequestOptions } from './http/request'
import { checkUrl } from './stream-url'

export interface FetchSnapshotOptions extends RequestOptions {
  /**
   * A function is called on every read. It must encode the id, so that no id can change the path. The offset and the epoch
   * are added to the query.
   */
  readonly url: string | ((request: SourceRequest) => string)
}

/**
 * Reads the text once with `GET`. The response is JSON: `{ offset, text, status }`, where `text` starts at `offset`: that of
 * the query, or 0 with the whole text. A backend with epochs adds `epoch` and `base`.
 */
export function fetchSnapshot({ url, maxLength, ...options }: FetchSnapshotOptions): SnapshotFetcher {
  const bound = createBound(maxLength)
  const request = createRequest(options)
  return async (source) => {
    const target = typeof url === 'function' ? checkUrl(url(source), source.id) : url
    const epoch = source.epoch === undefined ? '' : `&epoch=${source.epoch}`
    const query = `${target.includes('?') ? '&' : '?'}offset=${source.offset}${epoch}`
    const response = await request(target + query, 'application/json', { signal: source.signal })
    return readSnapshot(response, bound)
  }
}
