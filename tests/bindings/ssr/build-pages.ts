import { fileURLToPath, pathToFileURL } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { build, type InlineConfig, type PluginOption } from 'vite'
import solid from 'vite-plugin-solid'
import type { ServerModule } from './pages/page-types'

export const frameworks = ['react', 'vue', 'svelte', 'solid'] as const

export type Framework = (typeof frameworks)[number]

const plugins: Record<Framework, () => PluginOption> = {
  react: () => react(),
  vue: () => vue(),
  svelte: () => svelte({ configFile: false }),
  solid: () => solid({ ssr: true }),
}

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Below this workspace, so that what a server leaves outside its bundle is found in its `node_modules`. */
const outDir = (framework: Framework, part: string) => folder(`../../.output/pages/${framework}/${part}`)

/**
 * The server's part of a framework's page, built as an application builds it: the framework and the built packages stay
 * outside, and Node resolves them under its own conditions.
 */
export async function buildServer(framework: Framework): Promise<ServerModule> {
  const config = shared(framework)
  const entry = framework === 'solid' ? 'server.tsx' : 'server.ts'
  await build({
    ...config,
    ssr: { external: true },
    build: { ...config.build, ssr: entry, outDir: outDir(framework, 'server') },
  })
  return import(/* @vite-ignore */ pathToFileURL(`${outDir(framework, 'server')}/server.js`).href)
}

/** The browser's part. Answers with the folder that holds its `browser.js`. */
export async function buildBrowser(framework: Framework): Promise<string> {
  const config = shared(framework)
  const input = `${config.root}/browser.${framework === 'solid' ? 'tsx' : 'ts'}`
  const output = { entryFileNames: 'browser.js' }
  await build({
    ...config,
    // What a production build does not say of a mismatch, a development build does.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { ...config.build, outDir: outDir(framework, 'browser'), rolldownOptions: { input, output } },
  })
  return outDir(framework, 'browser')
}

function shared(framework: Framework) {
  return {
    root: folder(`./pages/${framework}`),
    configFile: false,
    mode: 'development',
    logLevel: 'warn',
    plugins: [plugins[framework]()],
    build: { emptyOutDir: true, minify: false, modulePreload: false },
  } satisfies InlineConfig
}
