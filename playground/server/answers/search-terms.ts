/** Splits text into search terms. A camelCase name becomes itself and its words. */
export function splitTerms(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.flatMap((word) => {
    const parts = word.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu) ?? []
    return parts.length > 1 ? [word, ...parts] : [word]
  })
}

/** Reduces a word to its stem, so that "streams" finds "streaming". Returns `null` for stop words. */
export function toTerm(word: string): string | null {
  const lower = word.toLowerCase()
  if (lower.length < 2 || stopWords.has(lower)) return null
  return stem(lower)
}

function stem(word: string): string {
  if (word.length < 5) return word.replace(/ie[sd]$/, 'ie').replace(/([^s])s$/, '$1')
  const bare = word
    .replace(/ies$/, 'y')
    .replace(/(ss|sh|ch|x)es$/, '$1')
    .replace(/([^su])s$/, '$1')
    .replace(/(?:ing|ed|er)$/, '')
  const single = bare.replace(/([bdgmnprt])\1$/, '$1')
  const root = single.length < 3 ? word : single
  return root.length > 4 ? root.replace(/e$/, '') : root
}

const stopWords = new Set(
  `a about after again all also am an and any are as at be because been before being between both but by can could did do
  does doing don each else ever every for from get gets give go had has have having he her here how i if in into is it
  its just like make makes many may me might more most much must my need no not now of off on once one only or other our
  out over please show so some such tell than that the their them then there these they this those to too under until up
  us use used uses using very want was way we were what when where which while who why will with would you your ll re ve
  explain describe happen happens thing things something really work works`.split(/\s+/),
)
