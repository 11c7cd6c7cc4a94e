import type { ConvexClientLike, StreamBody, StreamBodyQuery } from '../types'

/** Subscribes to the query in the client's own way. It may call back before it returns. */
export function watchBody(
  convex: ConvexClientLike,
  query: StreamBodyQuery,
  streamId: string,
  onBody: (body: StreamBody) => void,
  onError: (error: unknown) => void,
): () => void {
  if ('onUpdate' in convex) return convex.onUpdate(query, { streamId }, onBody, onError)

  const watch = convex.watchQuery(query, { streamId })
  function check() {
    let body: StreamBody | undefined
    try {
      body = watch.localQueryResult()
    } catch (error) {
      return onError(error)
    }
    if (body !== undefined) onBody(body)
  }
  const unsubscribe = watch.onUpdate(check)
  // `onUpdate` reports only changes, and not a result that is already loaded for another component.
  check()
  return unsubscribe
}
