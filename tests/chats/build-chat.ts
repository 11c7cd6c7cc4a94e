import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { build as bundle } from 'esbuild'
import { build, type PluginOption } from 'vite'
import { findExamples } from '../gates/markdown.mjs'

/** The frameworks that the AI SDK has a chat for. */
export type Framework = 'react' | 'vue' | 'svelte'

/** The application of docs/use-chat.md: as the page ends it, or as it was before, with resumable-stream. */
export type App = 'keepstream' | 'resumable'

export interface BuiltChat {
  /** The server's script, relative to the repository. */
  readonly server: string
  /** The folder of the pages' scripts. */
  readonly pages: string
  readonly frameworks: readonly Framework[]
}

const plugins: Record<Framework, () => PluginOption> = {
  react: () => react(),
  vue: () => vue(),
  svelte: () => svelte({ configFile: false }),
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const before = path('./apps/resumable')

/**
 * Builds an application with the built packages, as its developer does. The page of React is the application's own; those of Vue
 * and Svelte stand in `pages`.
 *
 * @param name of the folder for it: each test file has one of its own, because they run at the same time
 */
export async function buildChat(name: string, app: App, ...frameworks: Framework[]): Promise<BuiltChat> {
  const server = await buildChatServer(name, app)
  const folder = path(`../.output/chats/${name}`)
  for (const framework of frameworks) await buildPage(folder, framework)
  return { server, pages: `${folder}/pages`, frameworks }
}

/** Builds the server of an application alone. Returns its script, relative to the repository. */
export async function buildChatServer(name: string, app: App): Promise<string> {
  const folder = path(`../.output/chats/${name}`)
  await writeApp(folder, app)
  await bundleServer(folder)
  return `tests/.output/chats/${name}/server.mjs`
}

async function writeApp(folder: string, app: App): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  if (app === 'resumable') return cp(before, folder, { recursive: true })
  await cp(`${before}/own`, `${folder}/own`, { recursive: true })
  for (const { name, code } of findExamples(await readFile(path('../../docs/use-chat.md'), 'utf8')))
    if (name) await writeFile(`${folder}/${name}`, withShortLease(code))
}

/** The scenarios kill servers, and need not wait for a lease of 8 s. */
function withShortLease(code: string): string {
  return code.replace('createStreams({', 'createStreams({ leaseMs: 2_000,')
}

async function bundleServer(folder: string): Promise<void> {
  const contents = `
    import { app } from './server'
    import { release } from './own/holds'
    import { serveChat } from ${JSON.stringify(path('./serve-chat.ts'))}
    serveChat(app, release)`
  await bundle({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    outfile: `${folder}/server.mjs`,
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', tsconfigRaw: {} },
  })
}

async function buildPage(folder: string, framework: Framework): Promise<void> {
  const ownPage = `
    import * as app from './chat'
    import { mountChat } from ${JSON.stringify(path('./pages/react/mount-chat.tsx'))}
    void mountChat(app)`
  if (framework === 'react') await writeFile(`${folder}/page.ts`, ownPage)
  const root = framework === 'react' ? folder : path(`./pages/${framework}`)
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [plugins[framework]()],
    // Only the development mode of React runs effects twice in StrictMode.
    define: { 'process.env.NODE_ENV': framework === 'react' ? '"development"' : '"production"' },
    build: {
      ...{ outDir: `${folder}/pages`, emptyOutDir: false, minify: true, modulePreload: false, target: 'es2022' },
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      rolldownOptions: {
        input: `${root}/page.ts`,
        output: { entryFileNames: `${framework}.js`, codeSplitting: false },
      },
    },
  })
}
