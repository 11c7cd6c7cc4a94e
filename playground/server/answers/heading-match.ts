import { splitTerms } from './search-terms'

const fewestWords = 3
const leastShare = 0.75

/**
 * Whether a question is a heading in other words. Every word counts here, also those the search leaves out: "When should
 * I not use it?" has no other.
 */
export function isHeadingOf(heading: string, question: string): boolean {
  const words = new Set(splitTerms(heading).map((word) => word.toLowerCase()))
  if (words.size < fewestWords) return false
  const asked = new Set(splitTerms(question).map((word) => word.toLowerCase()))
  return [...words].filter((word) => asked.has(word)).length / words.size >= leastShare
}
