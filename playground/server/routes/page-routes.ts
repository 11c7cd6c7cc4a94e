import { Hono } from 'hono'
import { etag } from 'hono/etag'
import type { PageFile, PageFiles } from './page-files'
import { refuse } from './refuse'

/** Serves the built page. A path of the page's own router gets the page itself. */
export function pageRoutes(files: PageFiles): Hono {
  const routes = new Hono()
  routes.use(etag())
  routes.get('*', (c) => {
    const file = files.get(c.req.path)
    if (file !== undefined) return send(file)
    const page = isPagePath(c.req.path) ? files.get('/index.html') : undefined
    return page === undefined ? refuse(404, 'not-found', 'There is nothing here.') : send(page)
  })
  return routes
}

function isPagePath(path: string): boolean {
  return path === '/' || /^\/c\/[\w-]*$/.test(path)
}

function send({ body, type, isImmutable }: PageFile): Response {
  const caching = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache'
  return new Response(body, { headers: { 'Content-Type': type, 'Cache-Control': caching } })
}
