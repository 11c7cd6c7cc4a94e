import { createStreamClient, keepstream } from '@keepstream/core'

/** A request that any HTTP client can send. */
export interface CapturedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * What `keepstream()` sends to drive or to follow a stream. With it, a reader that costs less than a client gets the same
 * response, so that it does not disturb what is measured.
 */
export async function captureRequest(port: number, id: string, start: boolean): Promise<CapturedRequest> {
  return new Promise((resolve) => {
    const options = keepstream({
      url: `http://127.0.0.1:${port}/streams`,
      fetch: (url, init) => {
        leave()
        resolve({ method: init.method ?? 'GET', url, headers: Object.fromEntries(new Headers(init.headers)) })
        return new Promise(() => {})
      },
    })
    const leave = createStreamClient({ ...options, graceMs: 0 })
      .stream(id)
      .attach({ start })
  })
}
