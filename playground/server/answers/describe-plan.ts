import { listOf } from './list-of'
import { toTerm } from './search-terms'

const maxWords = 6

/** Says in words how the question is searched. An answer has no other thoughts. */
export function describePlan(question: string): string {
  const words = searchedWords(question)
  const plan =
    words.length === 0
      ? 'All words of this question are too common for a search, so I compare it with the headings'
      : `I look in it for ${listOf(words.map((word) => `“${word}”`))}, and I compare the question with the headings`
  return `I know only this project’s own documentation. ${plan}. Then I quote the sections that fit best, with links to them.`
}

/** The words of a question that the search looks for, each once. */
function searchedWords(question: string): string[] {
  const byTerm = new Map<string, string>()
  for (const word of question.match(/[\p{L}\p{N}]+/gu) ?? []) {
    const term = toTerm(word)
    if (term !== null && !byTerm.has(term)) byTerm.set(term, word)
  }
  return [...byTerm.values()].slice(0, maxWords)
}
