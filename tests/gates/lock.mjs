import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root } from '../runner/run-command.mjs'
import { findLockGaps } from './lock-gaps.mjs'

/** `npm ci` works from a fresh clone only if the lock is whole. */
export async function checkLock() {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  const gaps = findLockGaps(lock).map(({ name, version }) => `package-lock.json does not describe ${name}@${version}`)
  if (gaps.length > 0) gaps.push('Cure: node tests/fill-lock-gaps.mjs')
  return findingsOutcome(gaps, `${Object.keys(lock.packages).length} packages`)
}
