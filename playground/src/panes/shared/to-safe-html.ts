import DOMPurify from 'dompurify'
import { toHtml } from './to-html'

/** HTML for the page, made harmless by `toHtml`, and once more by DOMPurify. */
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
