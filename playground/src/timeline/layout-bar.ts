import { describeEntry } from './describe-entry'
import type { Entry, Source } from './timeline-entry'
import type { Timeline } from './timelines'

export type MarkKind = 'cut' | 'duplicate' | 'gap' | 'reconciled'

/** A part of the text and its source. `left` and `width` are fractions of the whole, from 0 to 1. */
export interface Stretch {
  readonly source: Source
  readonly left: number
  readonly width: number
}

/** An event at one position of the text. */
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

/** Computes the bar of a timeline: the part of the text from each source, and the marks for events. */
export function layoutBar({ entries, length }: Timeline): Bar {
  let parts: { source: Source; from: number; to: number }[] = []
  const marks: Mark[] = []
  const share = (offset: number) => (length > 0 ? Math.min(1, Math.max(0, offset / length)) : 0)

  for (const entry of entries) {
    // Text that the store contradicted is not shown any more, whatever its source.
    if (entry.kind === 'reconciled')
      parts = parts
        .filter(({ from }) => from < entry.from)
        .map((part) => ({ ...part, to: Math.min(part.to, entry.from) }))
    if (entry.kind === 'chunks' || entry.kind === 'reconciled') {
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
