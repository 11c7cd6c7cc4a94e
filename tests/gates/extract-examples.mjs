import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../runner/run-command.mjs'
import { findExamples } from './markdown.mjs'
import { findWorkspaces } from './workspaces.mjs'

/** @typedef {'react' | 'vue' | 'svelte' | 'solid'} Framework */

/** Its code is a sketch of shapes, not to be run. */
const sketches = ['docs/design.md']

/** What the examples of a page import besides: the backend of an app, which they stand beside. @type {Record<string, [from: string, to: string]>} */
const companions = { 'docs/convex.md': ['packages/convex/tests/support/app', 'convex'] }

/** Every page that users read, as paths from the top. */
export async function findPages() {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  const own = (await findWorkspaces()).flatMap((path) => [`${path}/README.md`, `${path}/SPEC.md`])
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs, ...own].filter((path) =>
    existsSync(join(root, path)),
  )
}

/**
 * Writes the examples of all pages into `folder`, which is emptied first: `<framework>/<page>/<file>`. Those of one page lie
 * side by side, so that they can import one another.
 *
 * @param {string} folder
 * @returns {Promise<{ frameworks: Set<Framework>, count: number, findings: string[] }>}
 */
export async function extractExamples(folder) {
  await rm(folder, { recursive: true, force: true })
  const pages = (await findPages()).filter((page) => /^docs\/|README\.md$/.test(page) && !sketches.includes(page))
  const frameworks = /** @type {Set<Framework>} */ (new Set())
  const findings = []
  let count = 0
  for (const page of pages) {
    const names = new Set()
    for (const { line, language, name = `line-${line}.${language}`, code } of findExamples(
      await readFile(join(root, page), 'utf8'),
    )) {
      if (names.has(name)) findings.push(`${page}:${line}: there is another example named ${name}`)
      names.add(name)
      const framework = frameworkOf(page, name)
      const target = join(folder, framework, page.replace(/\.md$/, '').replaceAll('/', '-'))
      await mkdir(target, { recursive: true })
      const [from, to] = companions[page] ?? []
      if (from && to) await cp(join(root, from), join(target, to), { recursive: true })
      await writeFile(join(target, name), /\.tsx?$/.test(name) ? `${code}\nexport {}\n` : code)
      frameworks.add(framework)
      count += 1
    }
  }
  return { frameworks, count, findings }
}

/** A page is for one framework, or its files say which: `answer.vue`, `answer.solid.tsx`. @param {string} page @param {string} name @returns {Framework} */
function frameworkOf(page, name) {
  const found = /\b(vue|svelte|solid)\b/.exec(page) ?? /\.(vue|svelte|solid)(\.tsx)?$/.exec(name)
  return /** @type {Framework | undefined} */ (found?.[1]) ?? 'react'
}
