import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gateOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'
import { compareFigures } from './compare-figures.mjs'

/** Checks sizes by import (brotli) against the limits of .size-limit.json, and the sizes that the README states. */
export async function checkSizes() {
  const { code, output, stdout } = await runCommand('size-limit', ['--json'])
  const sizes = parseSizes(stdout)
  if (!sizes) return gateOutcome(false, { output })
  const findings = sizes
    .filter(({ passed }) => !passed)
    .map(({ name, size, sizeLimit }) => `${name}: ${size} B, over the limit of ${sizeLimit} B`)
  findings.push(...compareFigures(await readFile(join(root, 'README.md'), 'utf8'), sizes))
  const note = sizes.map(({ name, size }) => `${name.replaceAll('`', '')} ${size} B`).join(', ')
  return gateOutcome(code === 0 && findings.length === 0, { note, output: findings.join('\n') })
}

/**
 * @param {string} stdout
 * @returns {{ name: string, size: number, sizeLimit: number, passed: boolean }[] | undefined}
 */
function parseSizes(stdout) {
  try {
    const sizes = JSON.parse(stdout)
    return Array.isArray(sizes) && sizes.length > 0 ? sizes : undefined
  } catch {
    // Not JSON: size-limit failed before it measured, and the caller shows what it printed.
    return undefined
  }
}
