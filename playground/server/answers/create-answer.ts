import type { SearchHit } from '../../shared/search-call'
import { type AnswerSources, composeAnswer } from './compose-answer'
import { describePlan } from './describe-plan'
import { libraryUrl } from './library-url'
import type { SearchResult } from './search-library'

/** The content of an answer: what it thinks, what it searches and finds, and what it says. */
export interface Answer {
  readonly thoughts: string
  readonly query: string
  readonly hits: readonly SearchHit[]
  /** Markdown. */
  readonly prose: string
}

/** Answers a question from the documentation. */
export function createAnswer(question: string, sources: AnswerSources): Answer {
  const found = sources.search(question)
  return {
    thoughts: describePlan(question),
    query: question,
    hits: toHits(found),
    prose: composeAnswer(found, sources),
  }
}

/** The found sections, for the result of a tool call. */
export function toHits({ findings }: SearchResult): SearchHit[] {
  return findings.map(({ file, headings, slug }) => ({
    file,
    heading: headings.at(-1) ?? file,
    url: libraryUrl(file, slug),
  }))
}
