import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeGap, findLockGaps, findNewerEngines, findUnverified, oldestNode } from './gates/lock-gaps.mjs'
import { root, runCommand } from './runner/run-command.mjs'

/** Run it after each `npm install`: `node tests/fill-lock-gaps.mjs`. The `lock` gate says when it is needed. */
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
const newer = findNewerEngines(lock, oldestNode)
for (const place of newer) delete lock.packages[place].engines
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([one], [other]) => one.localeCompare(other, 'en')),
)
await writeFile(path, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(
  `package-lock.json: ${gaps.length} gaps filled, ${unverified.length} checksums added, ${newer.length} engines left out`,
)

/** As the registry tells it, which is where `npm install` has it from too. @param {string} name @param {string} version */
async function checksumOf(name, version) {
  const args = ['view', `${name}@${version}`, 'dist.integrity']
  const { code, output, stdout } = await runCommand('npm', args, { isSystem: true })
  const checksum = stdout.trim()
  if (code === 0 && /^sha512-\S+$/.test(checksum)) return checksum
  throw new Error(`package-lock.json: the registry does not tell the checksum of ${name}@${version}\n${output}`)
}
