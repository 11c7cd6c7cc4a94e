import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { findExamples, findLinks } from './markdown.mjs'
import { findWorkspaces } from './workspaces.mjs'

/** The examples compile against the built packages, as a reader's would, and relative links lead to files. */
export async function checkReadme() {
  const pages = await findPages()
  const folder = join(root, 'tests', '.output', 'examples')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const findings = []
  let examples = 0
  for (const page of pages) {
    const text = await readFile(join(root, page), 'utf8')
    for (const link of findLinks(text)) {
      const target = join(root, dirname(page), link)
      if (!existsSync(target)) findings.push(`${page}: the link to ${link} leads nowhere`)
    }
    if (!page.endsWith('README.md')) continue
    for (const { line, code } of findExamples(text)) {
      examples += 1
      const name = `${page.replaceAll('/', '-').replace('.md', '')}-line-${line}.tsx`
      await writeFile(join(folder, name), `${code}\nexport {}\n`)
    }
  }
  if (examples === 0) findings.push('README.md: no example was found')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(configuration(folder), undefined, 2))
  const { code, output } = await runCommand('tsc', ['-p', folder])
  if (code !== 0) findings.push(output)
  return findingsOutcome(findings, `${examples} examples, ${pages.length} pages`)
}

async function findPages() {
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  const own = (await findWorkspaces()).flatMap((path) => [`${path}/README.md`, `${path}/SPEC.md`])
  return ['README.md', 'CHANGELOG.md', ...docs, ...own].filter((path) => existsSync(join(root, path)))
}

/** @param {string} folder */
function configuration(folder) {
  return {
    extends: relative(folder, join(root, 'tsconfig.base.json')),
    compilerOptions: { paths: {}, jsx: 'react-jsx', types: ['node'], noUnusedLocals: false, noUnusedParameters: false },
    include: ['*.tsx'],
  }
}
