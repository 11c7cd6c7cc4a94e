import type { ConvexClientLike, ConvexConnectionState } from '../types'

/** Reports when the client's socket is lost and when it is back. A socket that was never up is not lost. */
export function watchConnection(
  convex: ConvexClientLike,
  report: (connection: 'live' | 'waiting') => void,
): () => void {
  let isLost = false

  function check({ isWebSocketConnected, hasEverConnected }: ConvexConnectionState) {
    if (isLost === (!isWebSocketConnected && hasEverConnected)) return
    isLost = !isLost
    report(isLost ? 'waiting' : 'live')
  }

  if (convex.connectionState) check(convex.connectionState())
  return convex.subscribeToConnectionState?.(check) ?? (() => {})
}
