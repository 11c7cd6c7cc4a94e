import type { ShownReply } from './pages/page-types'

/** The replies in a server's markup, in order. Unescaped markup inside a text would not be found as text. */
export function shownIn(markup: string): ShownReply[] {
  const replies = /<article([^>]*)>\s*<output>([^<]*)<\/output>/g
  // Frameworks leave comments as markers.
  return [...markup.replace(/<!--.*?-->/g, '').matchAll(replies)].map(([, attributes = '', text = '']) => {
    const attribute = (name: string) => new RegExp(`data-${name}="(\\w+)"`).exec(attributes)?.[1]
    return { text: unescaped(text), status: attribute('status'), connection: attribute('connection') } as ShownReply
  })
}

const characters: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", '#x27': "'" }

function unescaped(text: string): string {
  return text.replace(/&(#?\w+);/g, (entity, name) => characters[name] ?? entity)
}
