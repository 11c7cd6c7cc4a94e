import { createRequire } from 'node:module'

const require = createRequire(new URL('../../../other-majors/svelte-4/package.json', import.meta.url))

/**
 * Compiles components with Svelte 4's own compiler. Its runtime replaces the current one.
 *
 * @returns {import('vite').Plugin}
 */
export function compileSvelte4() {
  return {
    name: 'svelte-4',
    transform(code, filename) {
      if (!filename.endsWith('.svelte')) return
      /** @type {{ compile(code: string, options: { filename: string }): { js: { code: string, map: any } } }} */
      const { compile } = require('svelte/compiler')
      const { js } = compile(code, { filename })
      return { code: js.code, map: js.map }
    },
  }
}
