import type { PhaseEvent, StreamEvent, StreamStatus } from '@keepstream/react'

export type Source = 'live' | 'snapshot'

/** What a person did to the network on purpose. */
export type Hurt = 'cut' | 'offline' | 'online' | 'slow' | 'fast'

/** Something that a client did for a stream, or a run of the same. Offsets count UTF-16 code units, as the text's do. */
export type Entry = {
  /** Its number in the timeline: stays when entries before it are dropped. */
  readonly key: number
  /** When it began, in milliseconds after the first entry. */
  readonly atMs: number
} & (PiecesEntry | OddEntry | PhaseEntry | HurtEntry)

/** Pieces that came one after the other from one source, and were added. */
export interface PiecesEntry {
  readonly kind: 'pieces'
  readonly source: Source
  readonly from: number
  readonly to: number
  readonly count: number
  /** How many characters of them were shown already, and dropped. */
  readonly repeated: number
}

/** Pieces that were not simply added, in a run of one kind. */
export interface OddEntry {
  readonly kind: 'duplicate' | 'stale' | 'gap' | 'reconciled'
  readonly source: Source
  readonly from: number
  readonly to: number
  readonly count: number
}

export interface PhaseEntry {
  readonly kind: PhaseEvent['type']
  readonly offset: number
  readonly status: StreamStatus
  /** The code of what went wrong. */
  readonly cause: string | undefined
  /** In a row. */
  readonly count: number
}

export interface HurtEntry {
  readonly kind: 'hurt'
  readonly hurt: Hurt
  readonly offset: number
}

/** An entry before it has its place. */
export type NewEntry = PiecesEntry | OddEntry | PhaseEntry | HurtEntry

/** What an event adds to a text of `length`. */
export function entryOf(event: StreamEvent, length: number): NewEntry {
  if (!('source' in event)) {
    const { type: kind, offset, status, error } = event
    return { kind, offset, status, cause: error?.code, count: 1 }
  }
  const { type: kind, source, offset, length: added } = event
  const to = offset + added
  if (kind !== 'appended') return { kind, source, from: offset, to, count: 1 }
  const from = Math.min(to, Math.max(offset, length))
  return { kind: 'pieces', source, from, to, count: 1, repeated: from - offset }
}

/** How long the text is after an entry. */
export function lengthAfter(entry: NewEntry, length: number): number {
  switch (entry.kind) {
    case 'pieces':
    case 'reconciled':
      return entry.to
    case 'duplicate':
    case 'stale':
    case 'gap':
    case 'hurt':
      return length
    default:
      return entry.offset
  }
}

/** The two as one run, or `undefined` where they are none. */
export function joined<T extends NewEntry>(last: T, next: NewEntry): T | undefined {
  if (last.kind === 'pieces' && next.kind === 'pieces')
    return last.source === next.source
      ? { ...last, to: next.to, count: last.count + 1, repeated: last.repeated + next.repeated }
      : undefined
  if (isOdd(last) && isOdd(next))
    return last.kind === next.kind && last.source === next.source
      ? { ...last, from: Math.min(last.from, next.from), to: Math.max(last.to, next.to), count: last.count + 1 }
      : undefined
  if (isPhase(last) && isPhase(next))
    return last.kind === next.kind && last.offset === next.offset && last.cause === next.cause
      ? { ...last, status: next.status, count: last.count + 1 }
      : undefined
  return undefined
}

function isOdd(entry: NewEntry): entry is OddEntry {
  return /^(duplicate|stale|gap|reconciled)$/.test(entry.kind)
}

function isPhase(entry: NewEntry): entry is PhaseEntry {
  return /^(idle|driving|following|waiting|failed|finished)$/.test(entry.kind)
}
