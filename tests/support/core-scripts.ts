import { readFile } from 'node:fs/promises'

const root = new URL('../../', import.meta.url)

/** The built core and its dependencies, as a browser loads them without a bundler. */
const folders: Record<string, URL> = {
  core: new URL('packages/core/dist/', root),
  nanostores: new URL('node_modules/nanostores/', root),
  'eventsource-parser': new URL('node_modules/eventsource-parser/dist/', root),
}

/** Responds with one of these scripts, or with 404. */
export async function serveCoreScript(pathname: string): Promise<Response> {
  const [, name = '', ...path] = pathname.split('/')
  const folder = folders[name]
  if (!folder || path.includes('..')) return new Response(null, { status: 404 })
  const script = await readFile(new URL(path.join('/'), folder), 'utf8')
  return new Response(script, { headers: { 'content-type': 'text/javascript' } })
}

/** The markup that a page needs in its head, so that its modules can import the core by name. */
export const coreImports = `<meta charset="utf-8">
<link rel="icon" href="data:,">
<script>globalThis.process = { env: { NODE_ENV: 'production' } }</script>
<script type="importmap">
  {
    "imports": {
      "@keepstream/core": "/core/index.js",
      "@keepstream/core/tabs": "/core/tabs/index.js",
      "nanostores": "/nanostores/index.js",
      "eventsource-parser": "/eventsource-parser/index.js"
    }
  }
</script>`
