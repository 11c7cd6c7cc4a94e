import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root } from '../runner/run-command.mjs'
import { checkExamples } from './check-examples.mjs'
import { findWrongDiffs } from './diffs.mjs'
import { extractExamples, findPages } from './extract-examples.mjs'
import { findLinks } from './markdown.mjs'
import { findStaleFigures } from './performance.mjs'

/**
 * Checks that the examples compile against the built packages, that diffs lead to them, that relative links lead to files, and that
 * the figures of docs/performance.md are those that were measured. The types gate compiles the examples that contain components for Vue and
 * Svelte, because their compilers take long to start.
 */
export async function checkReadme() {
  const pages = await findPages()
  const folder = join(root, 'tests', '.output', 'examples')
  const { frameworks, count, findings } = await extractExamples(folder)
  findings.push(...(await findStaleFigures()), ...(await findWrongDiffs()))
  for (const page of pages) {
    for (const link of findLinks(await readFile(join(root, page), 'utf8'))) {
      const target = join(root, dirname(page), link)
      if (!existsSync(target)) findings.push(`${page}: the link to ${link} leads nowhere`)
    }
  }
  for (const framework of /** @type {const} */ (['react', 'vue', 'svelte', 'solid'])) {
    if (!frameworks.has(framework)) findings.push(`no page has an example for ${framework}`)
  }
  for (const framework of /** @type {const} */ (['react', 'solid'])) {
    const { code, output } = await checkExamples(framework, join(folder, framework))
    if (code !== 0) findings.push(`examples for ${framework}:\n${output}`)
  }
  return findingsOutcome(findings, `${count} examples, ${pages.length} pages`)
}
