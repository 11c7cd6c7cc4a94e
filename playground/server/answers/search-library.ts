import MiniSearch from 'minisearch'
import { isHeadingOf } from './heading-match'
import type { Passage } from './passage'
import { splitTerms, toTerm } from './search-terms'

/** Found passages under one heading, in reading order. The best section comes first. */
export interface Finding {
  readonly file: string
  readonly headings: readonly string[]
  readonly slug: string
  readonly passages: readonly Passage[]
}

export interface SearchResult {
  readonly findings: readonly Finding[]
  /** The words of the question that the findings contain. */
  readonly matched: readonly string[]
}

export type SearchLibrary = (question: string) => SearchResult

const maxSections = 3
const maxPassages = 6
const fewestPassages = 5
const maxLength = 2_400
const maxCodeLength = 1_200
const maxTableLength = 1_000
const subjectBoost = 4
const leastShareOfBest = 0.3

/** A full-text search over the passages, held in memory. */
export function createSearch(passages: readonly Passage[]): SearchLibrary {
  const index = new MiniSearch<Passage>({
    fields: ['title', 'trail', 'text'],
    extractField: (passage, field) => {
      if (field === 'title') return passage.headings.at(-1) ?? ''
      if (field === 'trail') return passage.headings.slice(0, -1).join(' ')
      return field === 'id' ? String(passage.id) : passage.text
    },
    tokenize: splitTerms,
    processTerm: toTerm,
    searchOptions: {
      boost: { title: 0.8, trail: 0.3 },
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 6 ? 0.15 : false),
      weights: { prefix: 0.5, fuzzy: 0.2 },
      boostDocument: (id) => weightOf(passages[Number(id)]),
    },
  })
  index.addAll(passages)

  return (question) => {
    const questionTerms = byTerm(question)
    const terms = new Set(questionTerms.keys())
    const aptness = (id: unknown) => {
      const passage = passages[Number(id)]
      return passage === undefined ? 1 : 1 + subjectBoost * subjectShare(questionTerms, passage)
    }
    const hits = index.search(question).map((hit) => ({
      passage: passages[Number(hit.id)] as Passage,
      found: new Set(hit.queryTerms),
      // A passage with more words of the question scores higher than one that repeats a single word.
      score: hit.score * (0.25 + new Set(hit.queryTerms).size / Math.max(1, terms.size)) * aptness(hit.id),
    }))
    hits.sort((a, b) => b.score - a.score)

    const bestTerms = new Set(hits.slice(0, 3).flatMap((hit) => [...hit.found]))
    const floor = (hits[0]?.score ?? 0) * leastShareOfBest
    const isRelated = (hit: (typeof hits)[number], rank: number) =>
      hit.score > floor || (rank < fewestPassages && hit.found.size * 2 >= terms.size)
    const related = isAbout(bestTerms, terms) ? hits.filter(isRelated).map((hit) => hit.passage) : []
    const rank = new Map(hits.map((hit, index) => [hit.passage, index]))
    const rankOf = (passage: Passage) => rank.get(passage) ?? hits.length
    const named = passages
      .filter((passage) => isHeadingOf(passage.headings.at(-1) ?? '', question))
      .sort((a, b) => rankOf(a) - rankOf(b))
    const chosen = choose([...new Set([...named, ...related])])
    const found = new Set(hits.filter((hit) => chosen.includes(hit.passage)).flatMap((hit) => [...hit.found]))
    return {
      findings: groupBySection(withRelatedPassages(chosen, passages)),
      matched: matchedWords(question, found),
    }
  }
}

const fileWeights: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [/^README\.md$/, 1.2],
  // For contributors. Visitors ask about these less often.
  [/SPEC\.md$|^docs\/(architecture|where-is)\.md$/, 0.3],
  [/^CHANGELOG\.md$/, 0.5],
]

/** Lowers the weight of specifications (for contributors), the changelog (it repeats), and single rows and code blocks. */
function weightOf(passage: Passage | undefined): number {
  if (passage === undefined) return 1
  const byFile = fileWeights.find(([pattern]) => pattern.test(passage.file))?.[1] ?? 1
  if (passage.kind === 'row') return byFile * 0.7
  if (passage.kind === 'text') return byFile
  return passage.text.length > maxCodeLength ? byFile * 0.3 : byFile * 0.6
}

/**
 * The share of the question's terms in a passage's subject: its heading, its row's first cell or its first bold words. It is
 * halved if a word has another form there, and 0 if the subject lacks a term of the question.
 */
function subjectShare(questionTerms: ReadonlyMap<string, string>, { headings, kind, markdown }: Passage): number {
  const name = kind === 'row' ? /^\|([^|]*)\|/.exec(markdown) : /^\W*\*\*([^*]+)\*\*/.exec(markdown)
  const shares = [headings.at(-1) ?? '', name?.[1] ?? ''].map((subject) => {
    const subjectTerms = byTerm(subject)
    const terms = [...questionTerms.keys()]
    if (questionTerms.size === 0 || !terms.every((term) => subjectTerms.has(term))) return 0
    const isLiteral = terms.every((term) => subjectTerms.get(term) === questionTerms.get(term))
    return (questionTerms.size / subjectTerms.size) * (isLiteral ? 1 : 0.5)
  })
  return Math.max(...shares)
}

/** The searchable words of a text, by their terms. */
function byTerm(text: string): Map<string, string> {
  const words = splitTerms(text).map((word) => word.toLowerCase())
  return new Map(words.flatMap((word) => (toTerm(word) === null ? [] : [[toTerm(word) as string, word]])))
}

/** One common word does not answer a long question. The project's own name does not count, because it is everywhere. */
function isAbout(found: ReadonlySet<string>, terms: ReadonlySet<string>): boolean {
  const name = toTerm('keepstream')
  const subjects = [...terms].filter((term) => term !== name)
  if (subjects.length === 0) return found.size > 0
  return subjects.filter((term) => found.has(term)).length / subjects.length > 0.34
}

function choose(ranked: readonly Passage[]): Passage[] {
  const chosen: Passage[] = []
  const sections = new Set<string>()
  let length = 0
  for (const passage of ranked) {
    const section = sectionOf(passage)
    if (!sections.has(section) && sections.size === maxSections) continue
    if (chosen.some((other) => isTwin(other, passage))) continue
    if (chosen.length > 0 && length + passage.markdown.length > maxLength) continue
    if (passage.kind === 'code' && chosen.some((other) => other.kind === 'code')) continue
    sections.add(section)
    chosen.push(passage)
    length += passage.markdown.length
    if (chosen.length === maxPassages) break
  }
  return chosen
}

/** Pages with the same outline, such as those of the frameworks, repeat each other under the same heading. One is enough. */
function isTwin(one: Passage, other: Passage): boolean {
  const place = ({ file, headings }: Passage) => [file.replace(/[^/]*$/, ''), ...headings.slice(1)].join('\n')
  return one.file !== other.file && one.headings.length > 1 && place(one) === place(other)
}

/**
 * Adds passages that belong together. A sentence that ends in a colon is quoted with the code block after it, and a code
 * block with the paragraph before it. If three rows of a table were found, the whole table is quoted.
 */
function withRelatedPassages(chosen: readonly Passage[], all: readonly Passage[]): Passage[] {
  const whole = new Set(chosen)
  for (const passage of chosen) {
    const next = all[passage.id + 1]
    if (next?.kind === 'code' && isSameSection(next, passage) && /:\s*$/.test(passage.text)) whole.add(next)
    const before = all[passage.id - 1]
    if (passage.kind === 'code' && before?.kind === 'text' && isSameSection(before, passage)) whole.add(before)
    if (passage.kind !== 'row' || chosen.filter((other) => isSameTable(other, passage)).length < 3) continue
    const table = all.filter((other) => isSameTable(other, passage))
    if (table.reduce((length, row) => length + row.markdown.length, 0) > maxTableLength) continue
    for (const row of table) whole.add(row)
  }
  return [...whole]
}

function isSameSection(a: Passage, b: Passage): boolean {
  return sectionOf(a) === sectionOf(b)
}

function isSameTable(a: Passage, b: Passage): boolean {
  return a.kind === 'row' && a.tableHead === b.tableHead && isSameSection(a, b)
}

function groupBySection(chosen: readonly Passage[]): Finding[] {
  const groups = new Map<string, Passage[]>()
  for (const passage of chosen) {
    const group = groups.get(sectionOf(passage))
    if (group === undefined) groups.set(sectionOf(passage), [passage])
    else group.push(passage)
  }
  return [...groups.values()].flatMap((group) => {
    const passages = group.sort((a, b) => a.id - b.id)
    const [first] = passages
    return first === undefined ? [] : [{ file: first.file, headings: first.headings, slug: first.slug, passages }]
  })
}

function sectionOf(passage: Passage): string {
  return `${passage.file}#${passage.slug}`
}

/** The question's words that the findings contain, each once. */
function matchedWords(question: string, found: ReadonlySet<string>): string[] {
  const byTerm = new Map<string, string>()
  for (const word of question.match(/[\p{L}\p{N}]+/gu) ?? []) {
    const term = toTerm(word)
    const isFound = splitTerms(word).some((part) => found.has(toTerm(part) ?? ''))
    if (term !== null && isFound && !byTerm.has(term)) byTerm.set(term, word)
  }
  return [...byTerm.values()]
}
