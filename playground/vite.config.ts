import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

/** Solid's JSX is no React's: its folder goes to its compiler, and to no other. */
const solidPanes = /\/src\/panes\/solid\/.*\.tsx$/

export default defineConfig({
  plugins: [
    react({ exclude: [/\/node_modules\//, solidPanes] }),
    vue(),
    svelte({ configFile: false }),
    solid({ include: solidPanes }),
  ],
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    // The page's Content-Security-Policy allows no inlined assets.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Each framework's code by its name, so that who looks at the network sees what a pane costs.
    rolldownOptions: { output: { chunkFileNames: ({ facadeModuleId }) => `assets/${chunkName(facadeModuleId)}` } },
  },
})

function chunkName(module: string | null): string {
  const framework = /\/src\/panes\/(\w+)\/mount\./.exec(module ?? '')?.[1]
  return framework === undefined ? '[name]-[hash].js' : `pane-${framework}-[hash].js`
}
