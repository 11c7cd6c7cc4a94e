import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeGap, findLockGaps, findUnverified } from './gates/lock-gaps.mjs'
import { root, runCommand } from './runner/run-command.mjs'

/** Run after `npm install` where the registry carries one platform's packages only: `node tests/fill-lock-gaps.mjs`. */
const path = join(root, 'package-lock.json')
const lock = JSON.parse(await readFile(path, 'utf8'))
const gaps = findLockGaps(lock)
for (const gap of gaps) lock.packages[`node_modules/${gap.name}`] = describeGap(gap)
const unverified = findUnverified(lock)
for (const { path: place, name, version } of unverified) {
  const { version: _, ...rest } = lock.packages[place]
  // In npm's own order, so that its next writing changes nothing.
  lock.packages[place] = { version, integrity: await checksumOf(name, version), ...rest }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([one], [other]) => one.localeCompare(other, 'en')),
)
await writeFile(path, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(`package-lock.json: ${gaps.length} gaps filled, ${unverified.length} checksums added`)

/** As the registry tells it, which is where `npm install` has it from too. @param {string} name @param {string} version */
async function checksumOf(name, version) {
  const args = ['view', `${name}@${version}`, 'dist.integrity']
  const { code, output, stdout } = await runCommand('npm', args, { isSystem: true })
  const checksum = stdout.trim()
  if (code === 0 && /^sha512-\S+$/.test(checksum)) return checksum
  throw new Error(`package-lock.json: the registry does not tell the checksum of ${name}@${version}\n${output}`)
}
