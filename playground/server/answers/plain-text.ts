import type { Token } from 'marked'

/** The fields of a markdown token that are read here. */
export interface TokenLike {
  readonly type: string
  readonly raw: string
  readonly text?: string
  readonly tokens?: Token[]
  readonly items?: Token[]
}

/** The words of a markdown token, without markup, images and comments. */
export function plainText({ type, raw, text, tokens, items }: TokenLike): string {
  if (type === 'html' || type === 'image') return ''
  if (type === 'br') return ' '
  if (type === 'list' && items !== undefined) return items.map(plainText).join(' ')
  if (tokens !== undefined && tokens.length > 0) {
    return tokens.map(plainText).join(type === 'list_item' || type === 'blockquote' ? ' ' : '')
  }
  return text ?? raw
}
