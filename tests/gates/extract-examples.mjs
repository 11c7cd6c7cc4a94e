import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../runner/run-command.mjs'
import { findExamples } from './markdown.mjs'
import { findWorkspaces } from './workspaces.mjs'

/** @typedef {'react' | 'vue' | 'svelte' | 'solid'} Framework */

/** Its code is a sketch of shapes, not to be run. */
const sketches = ['docs/design.md']

/** Every page that users read, as paths from the top. */
export async function findPages() {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  const own = (await findWorkspaces()).flatMap((path) => [`${path}/README.md`, `${path}/SPEC.md`])
  return ['README.md', 'CHANGELOG.md', ...docs, ...own].filter((path) => existsSync(join(root, path)))
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
    const framework = frameworkOf(page)
    const target = join(folder, framework, page.replace(/\.md$/, '').replaceAll('/', '-'))
    const names = new Set()
    for (const { line, language, name = `line-${line}.${language}`, code } of findExamples(
      await readFile(join(root, page), 'utf8'),
    )) {
      if (names.has(name)) findings.push(`${page}:${line}: there is another example named ${name}`)
      names.add(name)
      await mkdir(target, { recursive: true })
      await writeFile(join(target, name), /\.tsx?$/.test(name) ? `${code}\nexport {}\n` : code)
      frameworks.add(framework)
      count += 1
    }
  }
  return { frameworks, count, findings }
}

/** @param {string} page @returns {Framework} */
function frameworkOf(page) {
  return /** @type {Framework | undefined} */ (/\b(vue|svelte|solid)\b/.exec(page)?.[1]) ?? 'react'
}
