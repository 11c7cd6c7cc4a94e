import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root } from '../runner/run-command.mjs'
import { findLockGaps, findNewerEngines, findUnverified, oldestNode } from './lock-gaps.mjs'

/** `npm ci` needs a complete lock on a fresh clone, and checksums to verify what it installs. */
export async function checkLock() {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  const gaps = findLockGaps(lock).map(({ name, version }) => `package-lock.json does not describe ${name}@${version}`)
  for (const { path } of findUnverified(lock)) gaps.push(`package-lock.json has no checksum (integrity) of ${path}`)
  for (const path of findNewerEngines(lock, oldestNode))
    gaps.push(`package-lock.json makes npm warn about the engine of ${path}`)
  if (gaps.length > 0) gaps.push('Fix: node tests/fill-lock-gaps.mjs')
  return findingsOutcome(gaps, `${Object.keys(lock.packages).length} packages`)
}
