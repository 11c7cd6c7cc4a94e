import DOMPurify from 'dompurify'
import { toHtml } from './to-html'

/** Safe HTML for the page: `toHtml` makes it harmless, and DOMPurify sanitizes it again. */
export function toSafeHtml(markdown: string): string {
  return DOMPurify.sanitize(toHtml(markdown), { ADD_ATTR: ['target'], FORBID_TAGS: forbidden })
}

const forbidden = [
  'style',
  'form',
  'input',
  'button',
  'textarea',
  'select',
  'img',
  'picture',
  'video',
  'audio',
  'svg',
  'math',
]
