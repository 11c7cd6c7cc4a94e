import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeGap, findLockGaps } from './gates/lock-gaps.mjs'
import { root } from './runner/run-command.mjs'

/** Run after `npm install` where the registry carries one platform's packages only: `node tests/fill-lock-gaps.mjs`. */
const path = join(root, 'package-lock.json')
const lock = JSON.parse(await readFile(path, 'utf8'))
const gaps = findLockGaps(lock)
for (const gap of gaps) lock.packages[`node_modules/${gap.name}`] = describeGap(gap)
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([one], [other]) => one.localeCompare(other, 'en')),
)
await writeFile(path, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(`package-lock.json: ${gaps.length} gaps filled`)
