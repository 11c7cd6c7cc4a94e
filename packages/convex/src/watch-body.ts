import type { ConvexClientLike, StreamBody, StreamBodyQuery } from './types'

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
  function look() {
    let body: StreamBody | undefined
    try {
      body = watch.localQueryResult()
    } catch (error) {
      return onError(error)
    }
    if (body !== undefined) onBody(body)
  }
  const undo = watch.onUpdate(look)
  // It calls back for what changes, and not for what another component has asked for already.
  look()
  return undo
}
