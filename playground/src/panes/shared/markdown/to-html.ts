import { Marked } from 'marked'
import { BoundedLexer } from './bounded-lexer'

/**
 * Turns markdown into HTML that cannot run or load anything. Raw HTML is shown as text, and pictures as their descriptions.
 * Links lead to the web or into this site, without an opener.
 */
export function toHtml(markdown: string): string {
  return marked.parser(new BoundedLexer().lex(markdown))
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
    link({ href, tokens }) {
      const label = this.parser.parseInline(tokens)
      if (!isSafeLink(href)) return label
      return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${label}</a>`
    },
  },
})

function isSafeLink(href: string): boolean {
  return /^https?:\/\//i.test(href) || /^(?:\/(?![/\\])|#)/.test(href)
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
