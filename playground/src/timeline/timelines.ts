import type { StreamEvent } from '@keepstream/react'
import { type Entry, entryOf, type Hurt, joined, lengthAfter, type NewEntry } from './timeline-entry'

/** What a client did for one stream, oldest first. A new object for every change. */
export interface Timeline {
  readonly entries: readonly Entry[]
  /** How long the text is that it shows. */
  readonly length: number
}

/** The timelines of one client's streams. */
export interface Timelines {
  /** For the client's `onEvent`. */
  readonly add: (event: StreamEvent) => void
  /** Notes what a person did to the network, where a text is being read. */
  note(hurt: Hurt): void
  /** The same object until something happens to the stream. */
  of(id: string | undefined): Timeline
  /** Calls back at most once a frame, and not while the page is hidden. Returns its own undo. */
  subscribe(listener: () => void): () => void
}

export interface TimelinesOptions {
  /** In milliseconds, from whenever. @default performance.now */
  readonly now?: () => number
  /** When to tell the listeners of a change. @default requestAnimationFrame */
  readonly onFrame?: (callback: () => void) => void
}

/** The oldest entries of a stream beyond these are dropped, and so are the streams nothing happened to for longest. */
const MAX_ENTRIES = 200
const MAX_STREAMS = 30

const nothing: Timeline = { entries: [], length: 0 }

interface Kept {
  entries: Entry[]
  length: number
  startMs: number
  /** The key of the next entry. */
  next: number
  /** Made when it is asked for, since there are many more events than frames. */
  shown: Timeline | undefined
}

export function createTimelines({
  now = () => performance.now(),
  onFrame = (callback) => requestAnimationFrame(callback),
}: TimelinesOptions = {}): Timelines {
  const streams = new Map<string, Kept>()
  const listeners = new Set<() => void>()
  let isFrameAsked = false

  /** The one that something happens to comes last. */
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
    if (isFrameAsked) return
    isFrameAsked = true
    onFrame(() => {
      isFrameAsked = false
      for (const listener of [...listeners]) listener()
    })
  }

  return {
    add(event) {
      const kept = keep(event.id)
      append(kept, entryOf(event, kept.length))
    },
    note(hurt) {
      for (const kept of streams.values()) {
        const { kind } = kept.entries.filter((entry) => entry.kind !== 'hurt').at(-1) ?? {}
        if (kind !== 'idle' && kind !== 'failed' && kind !== 'finished')
          append(kept, { kind: 'hurt', hurt, offset: kept.length })
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
