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
  const tarballs = parsePacked(pack.stdout).map((file) => join(folder, file))
  const check = await runCommand(process.execPath, [join(root, 'tests/gates/check-tarballs.mjs'), ...tarballs], {
    isSystem: true,
  })
  if (check.code !== 0) findings.push(check.output)
  await rm(folder, { recursive: true })
  const publish = await runCommand('npm', ['publish', '--dry-run', ...workspaces], { isSystem: true })
  if (publish.code !== 0) findings.push(`npm publish --dry-run\n${publish.output}`)
  return findingsOutcome(findings, published.map(({ name }) => name).join(', '))
}

/**
 * The names of the tarballs that npm wrote. Newer versions of npm print an object by name, older ones a list.
 *
 * @param {string} json
 */
function parsePacked(json) {
  /** @type {{ filename: string }[]} */
  const packed = Object.values(JSON.parse(json))
  return packed.map(({ filename }) => filename.replace('@', '').replaceAll('/', '-'))
}
