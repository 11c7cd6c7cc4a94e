import { describeEntry } from './describe-entry'
import type { Entry, Source } from './timeline-entry'
import type { Timeline } from './timelines'

export type MarkKind = 'cut' | 'duplicate' | 'gap' | 'reconciled'

/** A stretch of the text and where it came from; `left` and `width` are shares of the whole, from 0 to 1. */
export interface Stretch {
  readonly source: Source
  readonly left: number
  readonly width: number
}

/** Something that happened at one place of the text. */
export interface Mark {
  readonly key: number
  readonly kind: MarkKind
  readonly left: number
  readonly title: string
}

export interface Bar {
  readonly stretches: readonly Stretch[]
  readonly marks: readonly Mark[]
}

/** Where on a bar as wide as the text each source's part of it lies, and what happened where. */
export function layoutBar({ entries, length }: Timeline): Bar {
  let parts: { source: Source; from: number; to: number }[] = []
  const marks: Mark[] = []
  const share = (offset: number) => (length > 0 ? Math.min(1, Math.max(0, offset / length)) : 0)

  for (const entry of entries) {
    // What the store contradicted is not shown any more, whoever brought it.
    if (entry.kind === 'reconciled')
      parts = parts
        .filter(({ from }) => from < entry.from)
        .map((part) => ({ ...part, to: Math.min(part.to, entry.from) }))
    if (entry.kind === 'pieces' || entry.kind === 'reconciled') {
      const { source, from, to } = entry
      const last = parts.at(-1)
      if (last?.source === source && last.to >= from) last.to = to
      else if (to > from) parts.push({ source, from, to })
    }
    const mark = markOf(entry)
    if (mark) marks.push({ key: entry.key, kind: mark.kind, left: share(mark.at), title: describeEntry(entry) })
  }

  return {
    stretches: parts.map(({ source, from, to }) => ({ source, left: share(from), width: share(to) - share(from) })),
    marks,
  }
}

function markOf(entry: Entry): { kind: MarkKind; at: number } | undefined {
  switch (entry.kind) {
    case 'waiting':
    case 'failed':
      return { kind: 'cut', at: entry.offset }
    case 'duplicate':
      return { kind: 'duplicate', at: entry.from }
    case 'gap':
      return { kind: 'gap', at: entry.from }
    case 'reconciled':
      return { kind: 'reconciled', at: entry.from }
    default:
      return undefined
  }
}
