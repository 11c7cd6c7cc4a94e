import { MARK_END, MARK_START } from './format'
import { isPartOfRewind, rewinds } from './rewind'

/** What more text made of a standing text: of the one before, the first `kept` code units stay, and `added` follows. */
export interface StandingChange {
  readonly text: string
  readonly kept: number
  readonly added: string
}

/** A range of the written text that stands, and where it is in the standing text. */
interface Span {
  readonly start: number
  end: number
  readonly at: number
}

/** Makes the standing text of a written text as it grows: without rewinds, and without what they withdrew. */
export function createStandingText() {
  let spans: Span[] = []
  let standing = ''
  /** The end of the text, if that may become a rewind. */
  let held = ''
  restart()

  function restart(): void {
    spans = [{ start: 0, end: 0, at: 0 }]
    standing = ''
    held = ''
  }

  const last = () => spans[spans.length - 1] as Span

  /** Withdraws what follows `offset`, and returns how long the standing text is then. */
  function withdraw(text: string, offset: number): number {
    while (spans.length > 1 && last().start >= offset) spans.pop()
    const span = last()
    span.end = wholeEnd(text, span.start, Math.min(offset, span.end))
    return lengthOf(span)
  }

  /** `delta` is the new end of `text`. */
  function add(text: string, delta: string): StandingChange {
    const tail = held + delta
    const base = text.length - tail.length
    let kept = standing.length
    let read = 0
    for (const { 0: mark, 1: offset, index } of tail.matchAll(rewinds)) {
      last().end = base + index
      const length = withdraw(text, Number(offset))
      kept = Math.min(kept, length)
      read = index + mark.length
      spans.push({ start: base + read, end: base + read, at: length })
    }
    const cut = tail.lastIndexOf(MARK_START)
    const end = cut >= read && isPartOfRewind(tail.slice(cut)) ? cut : tail.length
    held = tail.slice(end)
    last().end = base + end
    const added = read > 0 ? standingFrom(text, kept) : tail.slice(0, end)
    standing = spans.length === 1 && held === '' ? text : standing.slice(0, kept) + added
    return { text: standing, kept, added }
  }

  /** The standing text from an offset of it on. */
  function standingFrom(text: string, offset: number): string {
    let first = spans.length - 1
    while ((spans[first] as Span).at > offset) first -= 1
    return spans
      .slice(first)
      .map(({ start, end, at }) => text.slice(start + Math.max(0, offset - at), end))
      .join('')
  }

  return {
    add,
    /** Another text stands there now. */
    replace(text: string): StandingChange {
      const before = standing
      restart()
      add(text, text)
      let kept = 0
      while (kept < before.length && before[kept] === standing[kept]) kept += 1
      return { text: standing, kept, added: standing.slice(kept) }
    },
  }
}

const lengthOf = ({ start, end, at }: Span) => at + end - start

/** `offset`, or the start of the surrogate pair or the mark in which it is, also if marks before that were cut. */
function wholeEnd(text: string, from: number, offset: number): number {
  let end = offset
  for (let at = offset - 1; at >= from && text[at] !== MARK_END; at -= 1) if (text[at] === MARK_START) end = at
  const isInPair = end > from && /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(end - 1, end + 1))
  return isInPair ? end - 1 : end
}

/** A text without its rewinds, and without what they withdrew (docs/marks.md). A text without rewinds comes back as it is. */
export function standingText(text: string): string {
  return createStandingText().add(text, text).text
}
