import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

const require = createRequire(new URL('../../../older-majors/svelte-4/package.json', import.meta.url))

interface Compiler {
  compile(code: string, options: { filename: string }): { js: { code: string; map: object } }
}

/** Components by Svelte 4's own compiler; its runtime takes the place of today's. */
export function compileSvelte4(): Plugin {
  return {
    name: 'svelte-4',
    transform(code, filename) {
      if (!filename.endsWith('.svelte')) return
      const { compile }: Compiler = require('svelte/compiler')
      const { js } = compile(code, { filename })
      return { code: js.code, map: js.map as never }
    },
  }
}
