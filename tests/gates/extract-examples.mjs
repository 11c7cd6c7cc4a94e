import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../runner/run-command.mjs'
import { findExamples } from './markdown.mjs'
import { findWorkspaces } from './workspaces.mjs'

/** @typedef {'react' | 'vue' | 'svelte' | 'solid'} Framework */

/** Pages whose code is only a sketch and cannot run. */
const sketches = ['docs/design.md']

/** Files that the examples of a page import, such as the backend of an app. They are copied beside them. @type {Record<string, [from: string, to: string]>} */
const companions = {
  'docs/convex.md': ['packages/convex/tests/support/app', 'convex'],
  'docs/use-chat.md': ['tests/chats/apps/resumable/own', 'own'],
}

/** The paths of all pages for users, relative to the repository. */
export async function findPages() {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  const own = (await findWorkspaces()).flatMap((path) => [`${path}/README.md`, `${path}/SPEC.md`])
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs, ...own].filter((path) =>
    existsSync(join(root, path)),
  )
}

/**
 * Empties `folder` and writes the examples of all pages into it: `<framework>/<page>/<file>`. The examples of one page
 * are in one folder, so that they can import each other.
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
    const examples = findExamples(await readFile(join(root, page), 'utf8')).map(
      ({ line, language, name = `line-${line}.${language}`, code }) => ({ line, name, code }),
    )
    for (const { line, name, code } of examples) {
      if (names.has(name)) findings.push(`${page}:${line}: there is another example named ${name}`)
      names.add(name)
      const own = frameworkOf(page, name)
      for (const framework of new Set([own, ...importersOf(name, examples).map((path) => frameworkOf(page, path))])) {
        const target = join(folder, framework, page.replace(/\.md$/, '').replaceAll('/', '-'))
        await mkdir(target, { recursive: true })
        const [from, to] = companions[page] ?? []
        if (from && to) await cp(join(root, from), join(target, to), { recursive: true })
        await writeFile(join(target, name), /\.tsx?$/.test(name) ? `${code}\nexport {}\n` : code)
      }
      frameworks.add(own)
      count += 1
    }
  }
  return { frameworks, count, findings }
}

/**
 * A module without a component may be imported by examples of several frameworks.
 *
 * @param {string} name
 * @param {readonly { name: string, code: string }[]} examples
 */
function importersOf(name, examples) {
  const from = `from './${name.replace(/\.ts$/, '')}'`
  return examples.filter(({ code }) => code.includes(from)).map((example) => example.name)
}

/** The framework comes from the page's name, or from the file: `answer.vue`, `answer.solid.tsx`. @param {string} page @param {string} name @returns {Framework} */
function frameworkOf(page, name) {
  const found = /\b(vue|svelte|solid)\b/.exec(page) ?? /\.(vue|svelte|solid)(\.tsx)?$/.exec(name)
  return /** @type {Framework | undefined} */ (found?.[1]) ?? 'react'
}
