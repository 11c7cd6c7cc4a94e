import { libraryUrl } from './library-url'
import { listOf } from './list-of'
import type { Passage } from './passage'
import type { Finding, SearchLibrary, SearchResult } from './search-library'

export interface AnswerSources {
  readonly search: SearchLibrary
  /** The searched files. Their number is said when nothing was found. */
  readonly files: readonly string[]
  /** Questions to suggest when nothing was found. Questions without an answer are left out. */
  readonly suggestions: readonly string[]
}

/** Writes what a search found as markdown: the passages with links, or a note that nothing was found. */
export function composeAnswer(
  { findings, matched }: SearchResult,
  { search, files, suggestions }: AnswerSources,
): string {
  if (findings.length === 0) {
    return noAnswer(
      files,
      suggestions.filter((suggestion) => search(suggestion).findings.length > 0),
    )
  }
  return `${[lead(findings, matched), ...findings.map(quote)].join('\n\n')}\n`
}

function lead(findings: readonly Finding[], matched: readonly string[]): string {
  const words = matched.slice(0, 4).map((word) => `**${word}**`)
  const subject = words.length === 0 ? 'has this' : `speaks of ${listOf(words)}`
  const places = findings.length === 1 ? 'one place' : `${['', '', 'two', 'three'][findings.length]} places`
  const files = [...new Set(findings.map((finding) => `\`${finding.file}\``))]
  const order = findings.length === 1 ? '' : ' The closest comes first.'
  return `The documentation ${subject} in ${places}, in ${listOf(files)}.${order}`
}

function quote(finding: Finding): string {
  const heading = finding.headings.at(-1) ?? finding.file
  return [`### ${escapeHeading(heading)}`, ...blocksOf(finding.passages), `— ${linkTo(finding)}`].join('\n\n')
}

/** Text becomes a quote, and code stays a code block. Adjacent rows become one table. A single item becomes a paragraph. */
function blocksOf(passages: readonly Passage[]): string[] {
  const hasList = passages.filter(({ markdown }) => isItem(markdown)).length > 1
  const blocks: string[] = []
  let quoted = ''
  const flush = () => {
    if (quoted !== '') blocks.push(quoted.replace(/^/gm, '> ').replace(/ +$/gm, ''))
    quoted = ''
  }
  passages.forEach((passage, index) => {
    if (passage.kind === 'code') {
      flush()
      blocks.push(passage.markdown)
      return
    }
    const before = passages[index - 1]
    const isNextRow = passage.kind === 'row' && before?.kind === 'row' && before.tableHead === passage.tableHead
    const isNextItem = isItem(passage.markdown) && before !== undefined && isItem(before.markdown)
    const glue = quoted === '' ? '' : isNextRow || isNextItem ? '\n' : '\n\n'
    quoted += glue + (isNextRow && quoted !== '' ? passage.markdown : startOf(passage, hasList))
  })
  flush()
  return blocks
}

function startOf({ markdown, tableHead }: Passage, hasList: boolean): string {
  if (tableHead !== undefined) return `${tableHead}\n${markdown}`
  const marker = hasList ? undefined : itemMarker.exec(markdown)?.[0]
  if (marker === undefined) return markdown
  return markdown.slice(marker.length).replace(new RegExp(`^ {1,${marker.length}}`, 'gm'), '')
}

const itemMarker = /^\s*(?:[-*+]|\d+[.)])\s+/

function isItem(markdown: string): boolean {
  return itemMarker.test(markdown)
}

function linkTo({ file, headings, slug }: Finding): string {
  const heading = headings.at(-1)
  const label = heading === undefined ? file : `${file}, ${heading}`
  return `[${label.replace(/[[\]\\]/g, '\\$&')}](${libraryUrl(file, slug)})`
}

function noAnswer(files: readonly string[], suggestions: readonly string[]): string {
  const known = `I answer only from this project's own documentation (${files.length} ${files.length === 1 ? 'page' : 'pages'}), and nothing in it speaks of that.`
  if (suggestions.length === 0) return `${known}\n`
  return `${known}\n\nWhat it can answer, for example:\n\n${suggestions.map((text) => `- ${text}`).join('\n')}\n`
}

function escapeHeading(text: string): string {
  return text.replace(/[`*_[\]<>\\]/g, '\\$&')
}
