import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { root } from '../runner/run-command.mjs'

const page = 'docs/where-is.md'

/** Checks that each file of the index contains the name, and the default if there is one, of its row. */
export async function checkWhereIs() {
  const rows = parseIndex(await readFile(join(root, page), 'utf8'))
  const findings = rows.length < 20 ? [`${page}: the table has ${rows.length} rows that can be read`] : []
  for (const { task, file, words } of rows) {
    const path = join(root, dirname(page), file)
    // The link check reports missing files.
    if (!existsSync(path) || statSync(path).isDirectory()) continue
    const code = await readFile(path, 'utf8')
    findings.push(
      ...words.filter((word) => !code.includes(word)).map((word) => `${page}, "${task}": ${file} has no ${word}`),
    )
  }
  return findings
}

/** @param {string} text @returns {{ task: string, file: string, words: string[] }[]} */
export function parseIndex(text) {
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return rows.flatMap(([, task = '', link = '', name = '', fallback = '']) => {
    const [, file] = /^\[[^\]]+\]\(([^)]+)\)$/.exec(link) ?? []
    if (file === undefined) return []
    return [{ task, file, words: [...`${name} ${fallback}`.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word) }]
  })
}
