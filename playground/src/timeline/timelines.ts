import type { StreamEvent } from '@keepstream/react'
import { type Entry, entryOf, type Fault, joined, lengthAfter, type NewEntry } from './timeline-entry'

/** The events of one stream, oldest first. Each change creates a new object. */
export interface Timeline {
  readonly entries: readonly Entry[]
  /** The length of the shown text. */
  readonly length: number
}

/** The timelines of one client's streams. */
export interface Timelines {
  /** For the client's `onEvent`. */
  readonly add: (event: StreamEvent) => void
  /** Notes what the user did to the network, for each stream that is being read. */
  note(fault: Fault): void
  /** Returns the same object until the stream has a new event. */
  of(id: string | undefined): Timeline
  /** Calls back at most once a frame, and not while the page is hidden. Returns unsubscribe. */
  subscribe(listener: () => void): () => void
}

export interface TimelinesOptions {
  /** A clock in milliseconds, from any start. @default performance.now */
  readonly now?: () => number
  /** Schedules the calls of the listeners. @default requestAnimationFrame */
  readonly onFrame?: (callback: () => void) => void
}

/** Beyond these numbers, the oldest entries of a stream are dropped, and the streams whose last event is oldest. */
const MAX_ENTRIES = 200
const MAX_STREAMS = 30

const nothing: Timeline = { entries: [], length: 0 }

interface Kept {
  entries: Entry[]
  length: number
  startMs: number
  /** The key of the next entry. */
  next: number
  /** Created on demand, because there are many more events than frames. */
  shown: Timeline | undefined
}

export function createTimelines({
  now = () => performance.now(),
  onFrame = (callback) => requestAnimationFrame(callback),
}: TimelinesOptions = {}): Timelines {
  const streams = new Map<string, Kept>()
  const listeners = new Set<() => void>()
  let isFrameRequested = false

  /** Moves the stream to the end, so that the first one is the least recently used. */
  function keep(id: string): Kept {
    const kept = streams.get(id) ?? { entries: [], length: 0, startMs: now(), next: 0, shown: undefined }
    streams.delete(id)
    streams.set(id, kept)
    const [oldest = id] = streams.keys()
    if (streams.size > MAX_STREAMS) streams.delete(oldest)
    return kept
  }

  function append(kept: Kept, entry: NewEntry) {
    const last = kept.entries.at(-1)
    const run = last && joined(last, entry)
    if (run) kept.entries[kept.entries.length - 1] = run
    else kept.entries.push({ ...entry, key: kept.next++, atMs: now() - kept.startMs })
    if (kept.entries.length > MAX_ENTRIES) kept.entries.shift()
    kept.length = lengthAfter(entry, kept.length)
    kept.shown = undefined
    if (isFrameRequested) return
    isFrameRequested = true
    onFrame(() => {
      isFrameRequested = false
      for (const listener of [...listeners]) listener()
    })
  }

  return {
    add(event) {
      const kept = keep(event.id)
      append(kept, entryOf(event, kept.length))
    },
    note(fault) {
      for (const kept of streams.values()) {
        const { kind } = kept.entries.filter((entry) => entry.kind !== 'fault').at(-1) ?? {}
        if (kind !== 'idle' && kind !== 'failed' && kind !== 'finished')
          append(kept, { kind: 'fault', fault, offset: kept.length })
      }
    },
    of(id) {
      const kept = id === undefined ? undefined : streams.get(id)
      if (kept === undefined) return nothing
      kept.shown ??= { entries: [...kept.entries], length: kept.length }
      return kept.shown
    },
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      return () => listeners.delete(own)
    },
  }
}
