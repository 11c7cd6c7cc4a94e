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

/** Inside this workspace, so that a server finds its external packages in `node_modules`. */
const outDir = (framework: Framework, part: string) => folder(`../../.output/pages/${framework}/${part}`)

/**
 * Builds the server's part of a framework's page as an application does. The framework and the built packages stay
 * external, and Node resolves them with its own conditions.
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

/** Builds the browser's part. Returns the folder that contains its `browser.js`. */
export async function buildBrowser(framework: Framework): Promise<string> {
  const config = shared(framework)
  const input = `${config.root}/browser.${framework === 'solid' ? 'tsx' : 'ts'}`
  const output = { entryFileNames: 'browser.js' }
  await build({
    ...config,
    // A development build reports mismatches that a production build does not.
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
