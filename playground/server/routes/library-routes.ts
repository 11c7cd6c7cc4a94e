import { Hono } from 'hono'
import { html, raw } from 'hono/html'
import { Marked } from 'marked'
import { createHeadingSlugs } from '../answers/heading-slugs'
import { libraryUrl } from '../answers/library-url'
import { plainText } from '../answers/plain-text'
import { refuse } from './refuse'

/** Serves the documentation as pages, so that an answer's links lead to the quoted section. */
export function libraryRoutes(files: ReadonlyMap<string, string>): Hono {
  const routes = new Hono()
  const fileByUrl = new Map([...files.keys()].map((file) => [libraryUrl(file, ''), file]))
  routes.get('/*', (c) => {
    const file = fileByUrl.get(c.req.path)
    const markdown = file === undefined ? undefined : files.get(file)
    if (markdown === undefined) return refuse(404, 'not-found', 'There is no such page in the documentation.')
    return c.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${file} · Keepstream</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/library.css">
</head>
<body><header><a href="/">Playground</a><code>${file}</code></header><main>${raw(render(markdown))}</main></body>
</html>`)
  })
  return routes
}

/** Raw HTML in the documentation is shown as text, because these pages need no HTML. */
function render(markdown: string): string {
  const slugOf = createHeadingSlugs()
  const marked = new Marked({
    renderer: {
      heading(token) {
        const { depth, tokens } = token
        return `<h${depth} id="${slugOf(plainText(token))}">${this.parser.parseInline(tokens)}</h${depth}>\n`
      },
      html: ({ text }) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;'),
      image: ({ text }) => text,
    },
  })
  return marked.parse(markdown, { async: false })
}
