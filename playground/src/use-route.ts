import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { Framework } from './panes/frameworks'
import { type PaneKind, parseRoute, type Route, routePath } from './route'

export interface Navigation {
  open(chatId: string | undefined): void
  /** Not worth a step back: the conversation is the same. */
  choose(kind: PaneKind, framework: Framework): void
}

export function useRoute(): readonly [route: Route, navigation: Navigation] {
  const path = useSyncExternalStore(onNavigation, () => location.pathname + location.search)
  const route = useMemo(() => parseRoute(path), [path])
  const open = useCallback(
    (chatId: string | undefined) => {
      history.pushState(null, '', routePath({ ...route, chatId }))
      dispatchEvent(new PopStateEvent('popstate'))
    },
    [route],
  )
  const choose = useCallback(
    (kind: PaneKind, framework: Framework) => {
      history.replaceState(null, '', routePath({ ...route, frameworks: { ...route.frameworks, [kind]: framework } }))
      dispatchEvent(new PopStateEvent('popstate'))
    },
    [route],
  )
  return [route, { open, choose }]
}

function onNavigation(listener: () => void): () => void {
  addEventListener('popstate', listener)
  return () => removeEventListener('popstate', listener)
}
