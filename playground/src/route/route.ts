import { type Framework, frameworks, toFramework } from '../panes/frameworks'

export type PaneKind = 'driver' | 'follower'

export interface Route {
  /** `undefined` on the page of a new conversation. */
  readonly chatId: string | undefined
  /** One pane alone, which only follows. */
  readonly isLone: boolean
  /** The framework that renders each pane. */
  readonly frameworks: Readonly<Record<PaneKind, Framework>>
}

/** `/` and `/c/:chatId`, with `?view=follower` and `?driver=vue&follower=solid`. */
export function parseRoute(path: string): Route {
  const { pathname, searchParams } = new URL(path, 'http://playground')
  const chatId = /^\/c\/([\w-]+)$/.exec(pathname)?.[1]
  return {
    chatId,
    isLone: chatId !== undefined && searchParams.get('view') === 'follower',
    frameworks: {
      driver: toFramework(searchParams.get('driver')),
      follower: toFramework(searchParams.get('follower')),
    },
  }
}

/** The path of a route, without default values. */
export function routePath({ chatId, isLone, frameworks: chosen }: Route): string {
  const search = new URLSearchParams()
  if (isLone) search.set('view', 'follower')
  for (const kind of ['driver', 'follower'] as const) {
    if (chosen[kind] !== frameworks[0]) search.set(kind, chosen[kind])
  }
  return `${chatId === undefined ? '/' : `/c/${chatId}`}${search.size > 0 ? `?${search}` : ''}`
}
