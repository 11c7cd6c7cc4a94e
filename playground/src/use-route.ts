import { useCallback, useSyncExternalStore } from 'react'

export interface Route {
  /** `undefined` on the page of a new conversation. */
  readonly chatId: string | undefined
  /** One pane that only looks on. */
  readonly isFollower: boolean
}

/** `/` and `/c/:chatId`, with `?view=follower`. */
export function useRoute(): readonly [route: Route, open: (chatId: string | undefined) => void] {
  const path = useSyncExternalStore(onNavigation, () => location.pathname + location.search)
  const open = useCallback((chatId: string | undefined) => {
    history.pushState(null, '', chatId === undefined ? '/' : chatPath(chatId))
    dispatchEvent(new PopStateEvent('popstate'))
  }, [])
  return [parseRoute(path), open]
}

export function parseRoute(path: string): Route {
  const { pathname, searchParams } = new URL(path, 'http://playground')
  return {
    chatId: /^\/c\/([\w-]+)$/.exec(pathname)?.[1],
    isFollower: searchParams.get('view') === 'follower',
  }
}

export function chatPath(chatId: string): string {
  return `/c/${chatId}`
}

export function followerPath(chatId: string): string {
  return `/c/${chatId}?view=follower`
}

function onNavigation(listener: () => void): () => void {
  addEventListener('popstate', listener)
  return () => removeEventListener('popstate', listener)
}
