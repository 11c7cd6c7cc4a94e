import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { findPublished } from './workspaces.mjs'

/** Checks what npm would publish of each package: its entries, its types, and a rehearsal of the upload. */
export async function checkPackaging() {
  /** @type {string[]} */
  const findings = []
  const published = await findPublished()
  await mkdir(join(root, 'tests', '.output'), { recursive: true })
  const folder = await mkdtemp(join(root, 'tests', '.output', 'packages-'))
  const workspaces = published.flatMap(({ path }) => ['--workspace', path])
  const pack = await runCommand('npm', ['pack', '--json', '--pack-destination', folder, ...workspaces], {
    isSystem: true,
  })
  if (pack.code !== 0) return findingsOutcome([`npm pack\n${pack.output}`])
  for (const { name, file } of parsePacked(pack.stdout)) {
    const tarball = join(folder, file)
    /** @type {[title: string, result: { code: number, output: string }][]} */
    const results = [
      ['publint', await runCommand('publint', ['run', tarball, '--strict'])],
      ['are the types wrong', await runCommand('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'])],
    ]
    for (const [title, { code, output }] of results) if (code !== 0) findings.push(`${name}: ${title}\n${output}`)
  }
  await rm(folder, { recursive: true })
  const publish = await runCommand('npm', ['publish', '--dry-run', ...workspaces], { isSystem: true })
  if (publish.code !== 0) findings.push(`npm publish --dry-run\n${publish.output}`)
  return findingsOutcome(findings, published.map(({ name }) => name).join(', '))
}

/**
 * Which tarball npm wrote for each package. Newer versions of npm print an object by name, older ones a list.
 *
 * @param {string} json
 * @returns {{ name: string, file: string }[]}
 */
function parsePacked(json) {
  /** @type {{ name: string, filename: string }[]} */
  const packed = Object.values(JSON.parse(json))
  return packed.map(({ name, filename }) => ({ name, file: filename.replace('@', '').replaceAll('/', '-') }))
}
