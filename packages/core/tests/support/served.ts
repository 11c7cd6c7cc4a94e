import { createStreamClient, keepstream } from '@keepstream/core'
import { bodyOf, type FakeRequest, fakeFetch } from './fake-fetch'
import { WAITS } from './setup'
import { SSE } from './wire'

/** A client of a Keepstream server that responds by route, and its requests. */
export function served(routes: {
  /** A drive, and a request that creates. */
  drive?: (request: FakeRequest) => Response
  read?: (request: FakeRequest, count: number) => Response
  stop?: (request: FakeRequest) => Response
}) {
  let reads = 0
  const fetch = fakeFetch((request) => {
    const { url, method } = request
    const answer =
      method === 'GET'
        ? routes.read?.(request, ++reads)
        : /\/(drive|create)(\?|$)/.test(url)
          ? routes.drive?.(request)
          : routes.stop?.(request)
    if (!answer) throw new Error(`nobody answers ${method} ${url}`)
    return answer
  })
  const client = createStreamClient({ ...keepstream({ url: '/streams', fetch }), poll: WAITS, retry: WAITS })
  const asked = () => fetch.requests.map(({ method, url }) => `${method} ${url}`)
  return { client, fetch, asked }
}

/** A response that contains these events and ends. */
export const events = (...parts: string[]) => bodyOf(parts, SSE)
