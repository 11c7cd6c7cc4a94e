import { fileURLToPath } from 'node:url'
import { build } from 'vite'

let built: Promise<string> | undefined

/** Builds the page's script from the built packages, as an application does. */
export function buildPage(): Promise<string> {
  built ??= bundle()
  return built
}

async function bundle(): Promise<string> {
  const result = await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    build: { write: false, minify: false, modulePreload: false, rolldownOptions: { input: 'page.ts' } },
  })
  const [bundled] = [result].flat()
  const chunk = bundled && 'output' in bundled ? bundled.output[0] : undefined
  if (chunk?.type !== 'chunk') throw new Error('the page was not built')
  return chunk.code
}
