import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import solid from 'vite-plugin-solid'
import { defineProject } from 'vitest/config'

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** Runs the examples of docs/*.md from files, with the built packages, as a reader would. */
export default defineProject({
  plugins: [
    react({ include: /\/react\/.*\.tsx$/ }),
    vue(),
    svelte({ configFile: false, preprocess: [] }),
    solid({ include: [/\/solid\/.*\.tsx$/, /\/solid-markdown\/.*\.jsx$/], hot: false, ssr: false }),
  ],
  resolve: { conditions: ['browser', 'development', 'module', 'import', 'default'] },
  test: {
    name: 'docs',
    pool: 'threads',
    environment: path('../environments/happy-dom.ts'),
    dir: path('.'),
    include: ['*.test.ts'],
    // The first test of a framework compiles it.
    // Node would take the build for servers, or cannot read components.
    server: { deps: { inline: ['solid-markdown', 'svelte-exmarkdown'] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: path('./support/write-examples.ts'),
  },
})
