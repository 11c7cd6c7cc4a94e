import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../runner/run-command.mjs'
import { findDiffs, findExamples } from './markdown.mjs'

/** Pages that show what to change in an application, and where it stands as it was before. */
const changed = [{ page: 'docs/use-chat.md', before: 'tests/chats/apps/resumable' }]

/** Finds the diffs of pages that do not lead from the file before to the example of the same name. */
export async function findWrongDiffs() {
  const findings = []
  for (const { page, before } of changed) {
    const text = await readFile(join(root, page), 'utf8')
    const diffs = findDiffs(text)
    if (diffs.length === 0) findings.push(`${page} has no diff that names a file`)
    for (const { line, name, code } of diffs) {
      const after = findExamples(text).find((example) => example.name === name)?.code
      const result = applyDiff(await readFile(join(root, before, name), 'utf8'), code)
      if (result !== after)
        findings.push(`${page}:${line}: the diff does not lead from ${before}/${name} to the example`)
    }
  }
  return findings
}

/**
 * Applies a unified diff whose parts begin with `@@` alone. Returns `undefined` if a part is not found, in order, in the text.
 *
 * @param {string} text
 * @param {string} diff
 */
export function applyDiff(text, diff) {
  let result = ''
  let rest = text
  for (const part of diff.split(/^@@\n/m)) {
    const lines = part.match(/^.*\n/gm) ?? []
    const side = (/** @type {string} */ other) =>
      lines.flatMap((line) => (line.startsWith(other) ? [] : [line === '\n' ? line : line.slice(1)])).join('')
    const [before, after] = [side('+'), side('-')]
    const index = `\n${rest}`.indexOf(`\n${before}`)
    if (index < 0) return undefined
    result += rest.slice(0, index) + after
    rest = rest.slice(index + before.length)
  }
  return result + rest
}
