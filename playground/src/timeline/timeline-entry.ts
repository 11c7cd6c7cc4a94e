import type { PhaseEvent, StreamEvent, StreamStatus } from '@keepstream/react'

export type Source = 'live' | 'snapshot'

/** What the user did to the network. */
export type Fault = 'cut' | 'offline' | 'online' | 'slow' | 'fast'

/** An event of a stream, or several equal ones in a row. Offsets count UTF-16 code units. */
export type Entry = {
  /** Its number in the timeline. It stays the same when older entries are dropped. */
  readonly key: number
  /** When it began, in milliseconds after the first entry. */
  readonly atMs: number
} & (ChunksEntry | OddEntry | PhaseEntry | FaultEntry)

/** Consecutive chunks from one source that were appended. */
export interface ChunksEntry {
  readonly kind: 'chunks'
  readonly source: Source
  readonly from: number
  readonly to: number
  readonly count: number
  /** How many of their characters were shown already, and were dropped. */
  readonly repeated: number
}

/** Consecutive chunks of one kind that were not simply appended. */
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
  /** The error code. */
  readonly cause: string | undefined
  /** How many of them came in a row. */
  readonly count: number
}

export interface FaultEntry {
  readonly kind: 'fault'
  readonly fault: Fault
  readonly offset: number
}

/** An entry before it has its key and time. */
export type NewEntry = ChunksEntry | OddEntry | PhaseEntry | FaultEntry

/** The entry for an event, when the text has this `length`. */
export function entryOf(event: StreamEvent, length: number): NewEntry {
  if (!('source' in event)) {
    const { type: kind, offset, status, error } = event
    return { kind, offset, status, cause: error?.code, count: 1 }
  }
  const { type: kind, source, offset, length: added } = event
  const to = offset + added
  if (kind !== 'appended') return { kind, source, from: offset, to, count: 1 }
  const from = Math.min(to, Math.max(offset, length))
  return { kind: 'chunks', source, from, to, count: 1, repeated: from - offset }
}

/** The length of the text after an entry. */
export function lengthAfter(entry: NewEntry, length: number): number {
  switch (entry.kind) {
    case 'chunks':
    case 'reconciled':
      return entry.to
    case 'duplicate':
    case 'stale':
    case 'gap':
    case 'fault':
      return length
    default:
      return entry.offset
  }
}

/** Joins two entries into one, or returns `undefined` if they do not belong together. */
export function joined<T extends NewEntry>(last: T, next: NewEntry): T | undefined {
  if (last.kind === 'chunks' && next.kind === 'chunks')
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
