import { splitTerms } from './search-terms'

const fewestWords = 3
const leastShare = 0.75

/**
 * Whether a question has mostly the words of a heading. Words that the search ignores count here too: "When should I not use
 * it?" has no others.
 */
export function isHeadingOf(heading: string, question: string): boolean {
  const words = new Set(splitTerms(heading).map((word) => word.toLowerCase()))
  if (words.size < fewestWords) return false
  const questionWords = new Set(splitTerms(question).map((word) => word.toLowerCase()))
  return [...words].filter((word) => questionWords.has(word)).length / words.size >= leastShare
}
