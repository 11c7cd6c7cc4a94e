import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { root, runCommand } from '../runner/run-command.mjs'
import { runTsc } from './run-tsc.mjs'

/** @typedef {import('./type-projects.mjs').TypeProject} TypeProject */
/** @typedef {{ name: string, run(): ReturnType<typeof runCommand> }} Check */

/**
 * One check for each project of plain TypeScript, and three for all projects with components together: `vue-tsc` and
 * `svelte-check` take most of their time to start, and many times longer for a file than the native compiler. So they check
 * only the components and the files that import one, against the built packages, and the native compiler checks the rest.
 *
 * @param {readonly TypeProject[]} projects
 * @param {Readonly<Record<'vue' | 'svelte', readonly string[]>>} examples the files of the pages' examples
 * @param {string} folder for the configurations of the joint checks
 * @returns {Promise<Check[]>} the slow ones first
 */
export async function typeChecksOf(projects, examples, folder) {
  const withComponents = projects.filter(({ files }) => files.some((file) => /\.(vue|svelte)$/.test(file)))
  const { vue, svelte, rest } = await filesByCompiler(withComponents.flatMap(({ files }) => files))
  const types = [...new Set(['node', ...withComponents.flatMap(({ types }) => types)])]
  const write = (/** @type {string} */ name, /** @type {readonly string[]} */ files, /** @type {{}} */ options = {}) =>
    writeProject(`${folder}/${name}.json`, files, { types, ...options })
  /** @type {Check[]} */
  const checks = []
  if (vue.length + examples.vue.length > 0) {
    const path = await write('vue', [...vue, ...examples.vue, await plantFault(folder, 'vue')], built)
    checks.push({
      name: 'vue-tsc',
      run: async () => expectFault(await runCommand('vue-tsc', ['-p', path, '--noEmit']), countVueFaults),
    })
  }
  if (svelte.length + examples.svelte.length > 0) {
    const path = await write('svelte', [...svelte, ...examples.svelte, await plantFault(folder, 'svelte')], built)
    const args = ['--workspace', root, '--tsconfig', path, '--fail-on-warnings', '--no-color']
    checks.push({
      name: 'svelte-check',
      run: async () => expectFault(await runCommand('svelte-check', args), countSvelteFaults),
    })
  }
  for (const { path } of projects.filter((project) => !withComponents.includes(project))) {
    checks.push({ name: `tsc -p ${path}`, run: () => runTsc(path) })
  }
  if (rest.length > 0) {
    const path = await write('rest', rest)
    checks.push({ name: 'tsc, beside components', run: () => runTsc(path) })
  }
  return checks
}

/** @param {string} output */
const countVueFaults = (output) => output.match(/\berror TS/g)?.length

/** @param {string} output */
const countSvelteFaults = (output) => {
  const [, errors, warnings] = /found (\d+) errors? and (\d+) warnings?/.exec(output) ?? []
  return Number(errors) + Number(warnings)
}

/**
 * Writes a component that reads a field which is not there, in its template. So each run shows that the compiler finds this.
 *
 * @param {string} folder
 * @param {'vue' | 'svelte'} framework
 * @returns {Promise<string>} its path, relative to the repository
 */
async function plantFault(folder, framework) {
  const path = `${folder}/planted.${framework}`
  const script = "const state = { text: '' }"
  await writeFile(
    path,
    framework === 'vue'
      ? `<script setup lang="ts">\n${script}\n</script>\n<template><p>{{ state.planted }}</p></template>\n`
      : `<script lang="ts">\n${script}\n</script>\n<p>{state.planted}</p>\n`,
  )
  return relative(root, path)
}

/**
 * Passes if the planted fault was found, and no other.
 *
 * @param {Awaited<ReturnType<typeof runCommand>>} result
 * @param {(output: string) => number | undefined} count
 */
function expectFault({ output, stdout }, count) {
  if (!output.includes("'planted'")) return { code: 1, output: `The planted fault was not found.\n${output}`, stdout }
  if (count(output) === 1) return { code: 0, output: '', stdout }
  return { code: 1, output: `${output}\nThe fault in the planted component is there on purpose.\n`, stdout }
}

/** Packages are found as a reader finds them. */
const built = { paths: {} }

/**
 * Which files need a compiler that reads components. Files that reach a component through others do not: a declaration of
 * `*.vue` or `*.svelte` is enough for them.
 *
 * @param {readonly string[]} files
 */
async function filesByCompiler(files) {
  /** @type {Record<'vue' | 'svelte' | 'rest', string[]>} */
  const found = { vue: [], svelte: [], rest: [] }
  for (const file of new Set(files)) {
    const text = await readFile(join(root, file), 'utf8')
    const isForAll = file.endsWith('.d.ts')
    const isVue = isForAll || file.endsWith('.vue') || /\.vue['"]/.test(text)
    const isSvelte = isForAll || /\.svelte(\.ts)?$/.test(file) || /\.svelte['"]/.test(text)
    if (isVue) found.vue.push(file)
    if (isSvelte) found.svelte.push(file)
    if (isForAll || !(isVue || isSvelte)) found.rest.push(file)
  }
  return found
}

/**
 * Writes a configuration for files of several projects.
 *
 * @param {string} path
 * @param {readonly string[]} files
 * @param {{}} options
 */
async function writeProject(path, files, options) {
  const configuration = {
    extends: join(root, 'tsconfig.base.json'),
    // Scripts too, which some of the projects have.
    compilerOptions: { jsx: 'react-jsx', allowJs: true, checkJs: true, ...options },
    files: files.map((file) => join(root, file)),
  }
  await writeFile(path, JSON.stringify(configuration))
  return path
}
