import { join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import react from '@vitejs/plugin-react'
import vue from '@vitejs/plugin-vue'
import { build } from 'vite'
import solid from 'vite-plugin-solid'

/** @typedef {import('../gates/extract-examples.mjs').Framework} Framework */

/** @type {Record<Framework, { plugin: () => import('vite').PluginOption, extension: string, component: (name: string) => string }>} */
const kinds = {
  react: { plugin: () => react(), extension: 'tsx', component: named('.tsx') },
  vue: { plugin: () => vue(), extension: 'ts', component: (name) => `default as ${name} } from './${name}.vue` },
  svelte: {
    plugin: () => svelte({ configFile: false }),
    extension: 'ts',
    component: (name) => `default as ${name} } from './${name}.svelte`,
  },
  solid: { plugin: () => solid(), extension: 'tsx', component: named('.solid.tsx') },
}

/** @param {string} ending @returns {(name: string) => string} */
function named(ending) {
  return (name) => `${name} } from './${name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}${ending}`
}

/**
 * Builds the page of a framework as an application does: with the built packages, minified, and with the components of
 * docs/markdown.md.
 *
 * @param {Framework} framework
 * @param {string} examples the folder with the examples of all pages
 * @returns {Promise<string>} its script
 */
export async function buildMarkdownPage(framework, examples) {
  const { plugin, extension, component } = kinds[framework]
  const built = await build({
    root: join(import.meta.dirname, 'pages', framework),
    configFile: false,
    logLevel: 'warn',
    plugins: [plugin(), examplesModule(join(examples, framework, 'docs-markdown'), component)],
    build: {
      ...{ write: false, modulePreload: false, target: 'es2022' },
      rolldownOptions: {
        input: join(import.meta.dirname, 'pages', framework, `page.${extension}`),
        output: { codeSplitting: false },
      },
    },
  })
  const [chunk] = /** @type {import('vite').Rolldown.RolldownOutput} */ (built).output
  return chunk.code
}

/** @param {string} folder @param {(name: string) => string} component @returns {import('vite').Plugin} */
function examplesModule(folder, component) {
  const exported = [
    component('MarkdownAnswer'),
    component('PlainAnswer'),
    "rehypePlugins, remarkPlugins } from './markdown.ts",
  ]
  return {
    name: 'examples',
    resolveId: (id) => (id.startsWith('virtual:examples/') ? join(folder, 'examples.js') : undefined),
    load: (id) =>
      id === join(folder, 'examples.js') ? exported.map((from) => `export { ${from}'`).join('\n') : undefined,
  }
}
