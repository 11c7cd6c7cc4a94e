import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findingsOutcome } from '../runner/outcome.mjs'
import { root, runCommand } from '../runner/run-command.mjs'

/** Words of the first versions, and the word of the glossary in docs/design.md or of plain English that replaces each. */
export const oldWords = [
  {
    word: /\b(?:a|the|one|each|next) look\b|\blookOnce\b|\bidleLooks\b|\.looks\b/i,
    now: 'poll, one-shot read, readOnce',
  },
  { word: /\bglanc\w+/i, now: 'poll of heads, head poller' },
  { word: /\bhurry\b/i, now: 'poll soon, pollSoon' },
  { word: /\berrorAnswer\w*|\baskStore\b/, now: 'errorResponse, monitoredStore' },
  { word: /\bhint(?:s|ed)?\b/i, now: 'change notification, notify' },
  { word: /\bundos?\b|\bundone\b/i, now: 'unsubscribe, dispose' },
  { word: /\bbreath\w*/i, now: 'yield to the event loop' },
  { word: /\bta(?:ke|kes|ken|king) up\b|\btakeUp\b/i, now: 'resume (a generation), take over (a claim)' },
  { word: /\bwish(?:es|ed)?\b/i, now: 'stop request' },
  { word: /\btold\b/i, now: 'reported, sent, shown' },
  { word: /\bhea(?:r|rs|rd)\b|\bhearSignals\b/i, now: 'receives, gets' },
  { word: /\bwoken\b|\bfed\b/i, now: 'notified, caughtUp' },
  { word: /\bback-off\b|\bbackOff\b|\bBackOff\b|\bdoubling\b/, now: 'backoff' },
  { word: /\bunder way\b/i, now: 'in progress, in flight' },
  { word: /\bbelie(?:ve|ves|ved)\b|\bdistrust\w*|\blessons?\b/i, now: 'accept, malformed, regression' },
  { word: /\bmend(?:s|ed)?\b|\bdoors?\b|\bwhoever\b/i, now: 'fix, entry point, the reader or caller that is meant' },
]

/** Uses that stay, each with its reason. A use that is gone must leave this list. */
export const allowedUses = [
  { use: '{hints}', why: 'the name of the Redis channel, which every version of the server shares' },
  { use: '--treat-config-hints-as-errors', why: 'an option of knip' },
  { use: "'undone'", why: 'a status that is none, in a test of statuses' },
]

const folders = [
  'packages',
  'docs',
  'playground',
  'tests',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
]
const own = ['tests/gates/words.mjs', 'tests/gates/words.test.ts']

/** None of the old words is left in code, comments, tests and pages. */
export async function checkWords() {
  const { stdout } = await runCommand('git', ['ls-files', '--', ...folders], { isSystem: true })
  const paths = stdout
    .split('\n')
    .filter((path) => /\.(?:[cm]?[jt]sx?|vue|svelte|md|css|html)$/.test(path) && !own.includes(path))
  const findings = []
  const used = new Set()
  for (const path of paths) {
    const found = findOldWords(await readFile(join(root, path), 'utf8'))
    for (const { line, word, now } of found.findings) findings.push(`${path}:${line}: "${word}" is now: ${now}`)
    for (const use of found.used) used.add(use)
  }
  for (const { use } of allowedUses) if (!used.has(use)) findings.push(`words.mjs allows "${use}", which nothing uses`)
  return findingsOutcome(findings, `${paths.length} files`)
}

/** @param {string} text @returns {{ findings: { line: number, word: string, now: string }[], used: Set<string> }} */
export function findOldWords(text) {
  const findings = []
  const used = new Set()
  for (const [index, full] of text.split('\n').entries()) {
    let line = full
    for (const { use } of allowedUses) {
      if (!line.includes(use)) continue
      used.add(use)
      line = line.replaceAll(use, '')
    }
    for (const { word, now } of oldWords) {
      const match = word.exec(line)
      if (match) findings.push({ line: index + 1, word: match[0], now })
    }
  }
  return { findings, used }
}
