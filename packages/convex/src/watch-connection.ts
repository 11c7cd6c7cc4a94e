import type { ConvexClientLike, ConvexConnectionState } from './types'

/** Tells when the client's socket is lost, and when it is back. One that has never been up is not lost. */
export function watchConnection(convex: ConvexClientLike, tell: (connection: 'live' | 'waiting') => void): () => void {
  let isLost = false

  function check({ isWebSocketConnected, hasEverConnected }: ConvexConnectionState) {
    if (isLost === (!isWebSocketConnected && hasEverConnected)) return
    isLost = !isLost
    tell(isLost ? 'waiting' : 'live')
  }

  if (convex.connectionState) check(convex.connectionState())
  return convex.subscribeToConnectionState?.(check) ?? (() => {})
}
