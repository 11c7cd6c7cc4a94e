import { useMemo, useSyncExternalStore } from 'react'
import type { Framework } from '../panes/frameworks'
import { currentRoute } from './current-route'
import { type PaneKind, parseRoute, type Route, routePath } from './route'

export interface Navigation {
  open(chatId: string | undefined): void
  /** Adds no history entry, because the conversation stays the same. */
  choose(kind: PaneKind, framework: Framework): void
}

export function useRoute(): readonly [route: Route, navigation: Navigation] {
  const path = useSyncExternalStore(onNavigation, () => location.pathname + location.search)
  const route = useMemo(() => parseRoute(path), [path])
  return [route, navigation]
}

const navigation: Navigation = {
  open(chatId) {
    history.pushState(null, '', routePath({ ...currentRoute(), chatId }))
    dispatchEvent(new PopStateEvent('popstate'))
  },
  choose(kind, framework) {
    const route = currentRoute()
    history.replaceState(null, '', routePath({ ...route, frameworks: { ...route.frameworks, [kind]: framework } }))
    dispatchEvent(new PopStateEvent('popstate'))
  },
}

function onNavigation(listener: () => void): () => void {
  addEventListener('popstate', listener)
  return () => removeEventListener('popstate', listener)
}
