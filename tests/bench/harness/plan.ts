/** What a producer writes. All servers of a comparison get the same plan. */
export type Plan =
  | { readonly kind: 'tokens' | 'sentences'; readonly count: number; readonly everyMs: number }
  | { readonly kind: 'text'; readonly alphabet: Alphabet; readonly length: number; readonly staysOpen: boolean }

export type Alphabet = 'latin' | 'chinese'

const prose =
  'A stream is one text that only grows, and a reader is a place in it. The model writes a few letters at a time. ' +
  'They go to the page that asked, and to the store. A page that comes late reads the store. '

/** About five letters each, as the tokens of a model. */
const tokens = prose.match(/\S+ /g) ?? []

function tokenAt(index: number): string {
  return tokens[index % tokens.length] ?? ''
}

/** The first tokens as one text. */
export function tokensText(count: number): string {
  return Array.from({ length: count }, (_, index) => tokenAt(index)).join('')
}

/** A text of so many UTF-16 code units. */
export function longText(alphabet: Alphabet, length: number): string {
  const sentence = alphabet === 'latin' ? prose : '一段文字只会增长，读者是其中的一个位置。后来的页面从存储中读取它。'
  return sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length)
}

/** The parts of a long text, as a producer appends them. */
const partLength = 8_192

/** Writes what the plan says. It ends early when the signal aborts. */
export async function* produce(plan: Plan, signal: AbortSignal): AsyncGenerator<string, void> {
  if (plan.kind !== 'text') {
    for (let index = 0; index < plan.count && !signal.aborted; index += 1) {
      // A server stores a sentence at once.
      yield plan.kind === 'tokens' ? tokenAt(index) : 'Tick. '
      if (plan.everyMs > 0) await new Promise((resolve) => setTimeout(resolve, plan.everyMs))
    }
    return
  }
  const text = longText(plan.alphabet, plan.length)
  for (let start = 0; start < text.length; start += partLength) yield text.slice(start, start + partLength)
  if (plan.staysOpen && !signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
}
