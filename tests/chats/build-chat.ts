import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { build, type PluginOption } from 'vite'

/** The frameworks that the AI SDK has a chat for. */
export type Framework = 'react' | 'vue' | 'svelte'

const plugins: Record<Framework, () => PluginOption> = {
  react: () => react(),
  vue: () => vue(),
  svelte: () => svelte({ configFile: false }),
}

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Builds the page of a framework with the built packages, as an application does. Returns the file of its script. */
export async function buildChat(framework: Framework): Promise<string> {
  const outDir = folder(`../.output/chats/${framework}`)
  await build({
    root: folder(`./pages/${framework}`),
    configFile: false,
    logLevel: 'warn',
    plugins: [plugins[framework]()],
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      ...{ outDir, emptyOutDir: true, minify: false, modulePreload: false, target: 'es2022' },
      rolldownOptions: {
        input: folder(`./pages/${framework}/page.ts${framework === 'react' ? 'x' : ''}`),
        output: { entryFileNames: 'page.js', codeSplitting: false },
      },
    },
  })
  return `${outDir}/page.js`
}
