import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Row } from '../row'

const comparison = 'the client, with brotli'

const whenMissed =
  'The client also has the rules that merge the live and the stored text, the states of a session with their retries, polling, and nanostores.'

/** What an application without a framework imports to read a stream that can be resumed. */
const imports = {
  Keepstream: `export { createStreamClient, keepstream } from '@keepstream/core'`,
  'Durable Streams client': `export { stream } from '@durable-streams/client'`,
  'TanStack AI': `export { ChatClient, fetchServerSentEvents } from '@tanstack/ai-client'`,
  'AI SDK': `export { AbstractChat, DefaultChatTransport } from 'ai'`,
}

export const size: Row = {
  name: 'size',
  measures:
    'What a page without a framework downloads to read a stream that can be resumed: the named imports with all that they need, bundled and minified by esbuild for a browser, and compressed with brotli.',
  unit: 'kB',
  peers: ['Durable Streams client', 'TanStack AI', 'AI SDK'],
  comparisons: [{ name: comparison, goal: { atMost: 6.3 }, whenMissed }],
  async run({ progress }) {
    const sizes: Record<string, [number]> = {}
    for (const [name, source] of Object.entries(imports)) {
      progress(`bundles ${name}`)
      sizes[name] = [await bundledSize(source)]
    }
    return { [comparison]: sizes }
  },
}

/** In kilobytes of 1,000 bytes. */
async function bundledSize(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'js' },
    bundle: true,
    // Without the paths of tests/tsconfig.json, which lead to the sources.
    tsconfigRaw: {},
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  return brotliCompressSync(outputFiles[0]?.contents ?? new Uint8Array()).length / 1_000
}
