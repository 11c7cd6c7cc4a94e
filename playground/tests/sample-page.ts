import type { PageFiles } from '../server/routes/page-files'

const file = (text: string, type: string, isImmutable = false) => ({
  body: new TextEncoder().encode(text),
  type,
  isImmutable,
})

/** A built page in small. */
export const samplePage: PageFiles = new Map([
  ['/index.html', file('<!doctype html><title>page</title>', 'text/html; charset=utf-8')],
  ['/favicon.svg', file('<svg/>', 'image/svg+xml')],
  ['/assets/index-1a2b.js', file('export {}', 'text/javascript; charset=utf-8', true)],
])
