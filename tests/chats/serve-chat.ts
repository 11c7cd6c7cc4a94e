import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'

/** Serves an application at `PORT`, the pages whose scripts are in the folder `PAGES`, and `POST /release` for the test. */
export function serveChat(app: Hono, release: (question: string) => void): void {
  app.get('/', (c) => c.text('ready'))
  app.get('/pages/:name', (c) => c.html(htmlOf(c.req.param('name'))))
  app.get('/scripts/:name', (c) => {
    const script = readFileSync(`${process.env['PAGES']}/${c.req.param('name')}`)
    return c.body(script, 200, { 'content-type': 'text/javascript', 'cache-control': 'max-age=600' })
  })
  app.post('/release/:question', (c) => {
    release(c.req.param('question'))
    return c.body(null, 204)
  })
  serve({ fetch: app.fetch, port: Number(process.env['PORT']), hostname: '127.0.0.1' })
}

function htmlOf(name: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Chat</title><link rel="icon" href="data:,"><div></div><script type="module" src="/scripts/${name}.js"></script>`
}
