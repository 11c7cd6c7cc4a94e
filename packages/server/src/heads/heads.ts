import { isTerminal } from '../store/status'
import type { StreamHead } from '../store/stream-store'
import { createHeadPoller, type HeadPollerOptions } from './head-poller'

/** Who gets to know of changes of one stream. */
export interface Watcher {
  /**
   * Gets the head at every poll, and one that a read found if it is newer. `undefined`: the store has no such stream, or its
   * reads lag behind.
   */
  onHead(head: StreamHead | undefined): void
  /** The stream may have changed. Without this, for a watcher that does not read, it is polled then. */
  onChange?(): void
}

/** The heads of all streams that something in this process watches. Without a watcher it holds no timer and no watch. */
export interface Heads {
  /** Begins to inform the watcher. After `close` it does nothing. */
  watch(id: string, watcher: Watcher): void
  /** Ends that. It does nothing for a watcher that does not watch. */
  unwatch(id: string, watcher: Watcher): void
  /**
   * `watch` for the run of this process that produces the stream. As long as it watches, nobody else gets a head or a
   * notification of the store, which notifies before the run knows the outcome. The run calls `notify` instead.
   */
  watchForRun(id: string, watcher: Watcher): void
  /** Ends `watchForRun`, unless another run has taken its place. */
  unwatchForRun(id: string, watcher: Watcher): void
  /**
   * What a run of this process has stored of the stream has changed. The result of that write has shown what a poll would, so
   * the next poll waits anew.
   */
  notify(id: string): void
  /**
   * This process claims the stream. Until the returned function is called, watchers are not notified of changes, because the
   * store notifies of the claim before its run can be read. They are notified then.
   */
  hold(id: string): () => void
  /** A read has found this head. */
  found(head: StreamHead): void
  /** Polls the head at once, in one call for all who need it. A poll that is in flight may miss the change, so it does not count. */
  pollNow(id: string): void
  /** A reader failed to read the stream for the `attempt`th time in a row. It is polled after a wait, which backs off. */
  readFailed(id: string, attempt: number): void
  /** Another number after every change. `undefined`: the stream is not watched, so its changes are not known. */
  version(id: string): number | undefined
  /** Ends all watches, now and later. */
  close(): void
}

interface Watched {
  readonly watchers: Set<Watcher>
  run: Watcher | undefined
  known: StreamHead | undefined
  version: number
  /** A notification came since the last poll, so a change that the next poll finds was not missed. */
  wasNotified: boolean
  /** A read failed since the last poll. One failure counts for all readers who were notified together. */
  hasReadFailed: boolean
}

export function createHeads(options: Omit<HeadPollerOptions, 'onHead'>): Heads {
  const watched = new Map<string, Watched>()
  const poller = createHeadPoller({ ...options, onHead: onPolled })
  /** The streams that are claimed here, and whether a notification waits for that. */
  const held = new Map<string, boolean>()
  let unwatchStore: (() => void) | undefined
  let versions = 0
  let isClosed = false

  return {
    watch: (id, watcher) => void open(id)?.watchers.add(watcher),
    unwatch(id, watcher) {
      const stream = watched.get(id)
      if (stream?.watchers.delete(watcher)) left(id, stream)
    },
    watchForRun(id, watcher) {
      const stream = open(id)
      if (stream) stream.run = watcher
    },
    unwatchForRun(id, watcher) {
      const stream = watched.get(id)
      if (stream?.run !== watcher) return
      stream.run = undefined
      left(id, stream)
    },
    notify(id) {
      poller.postpone(id)
      changed(id, ({ watchers }) => watchers)
    },
    hold(id) {
      held.set(id, false)
      return () => {
        const isWaiting = held.get(id)
        held.delete(id)
        if (isWaiting) changed(id, listeners)
      }
    },
    found(head) {
      const stream = watched.get(head.id)
      if (!stream || (stream.known && !isNewer(head, stream.known))) return
      know(stream, head)
    },
    pollNow: poller.pollNow,
    readFailed(id, attempt) {
      const stream = watched.get(id)
      if (!stream || stream.hasReadFailed) return
      stream.hasReadFailed = true
      poller.pollAgain(id, attempt)
    },
    version: (id) => watched.get(id)?.version,
    close() {
      isClosed = true
      for (const id of [...watched.keys()]) forget(id)
    },
  }

  /** `undefined` after `close`. */
  function open(id: string): Watched | undefined {
    if (isClosed) return undefined
    const stream = watched.get(id) ?? newlyWatched(++versions)
    watched.set(id, stream)
    unwatchStore ??= options.store.watch(storeChanged)
    poller.pollSoon(id)
    return stream
  }

  function left(id: string, { watchers, run }: Watched): void {
    if (watchers.size === 0 && !run) forget(id)
  }

  function forget(id: string): void {
    watched.delete(id)
    poller.forget(id)
    if (watched.size > 0) return
    unwatchStore?.()
    unwatchStore = undefined
  }

  function storeChanged(id: string): void {
    if (held.has(id)) held.set(id, true)
    changed(id, held.has(id) ? () => [] : listeners)
  }

  function changed(id: string, notified: (stream: Watched) => Iterable<Watcher>): void {
    const stream = watched.get(id)
    if (!stream) return
    stream.version = ++versions
    stream.wasNotified = true
    for (const watcher of [...notified(stream)]) {
      if (watcher.onChange) watcher.onChange()
      else poller.pollNow(id)
    }
  }

  /** Returns whether notifications missed this change. If they do not miss changes, polls need not come sooner. */
  function onPolled(id: string, head: StreamHead | undefined): boolean {
    const stream = watched.get(id)
    if (!stream) return false
    const { known, wasNotified, hasReadFailed, run } = stream
    stream.wasNotified = false
    stream.hasReadFailed = false
    know(stream, head)
    return !wasNotified && !hasReadFailed && !run && known !== undefined && !(head && isSameHead(head, known))
  }

  function know(stream: Watched, head: StreamHead | undefined): void {
    if (!head || !stream.known || !isSameHead(head, stream.known)) stream.version = ++versions
    stream.known = head
    for (const watcher of [...listeners(stream)]) watcher.onHead(head)
  }
}

function newlyWatched(version: number): Watched {
  return { watchers: new Set(), run: undefined, known: undefined, version, wasNotified: false, hasReadFailed: false }
}

/** Those who get what the store tells. */
function listeners({ run, watchers }: Watched): Iterable<Watcher> {
  return run ? [run] : watchers
}

type ComparedHead = Pick<StreamHead, 'epoch' | 'status' | 'offset' | 'isStalled'>

/** Whether a reader would get nothing new. */
export function isSameHead(one: ComparedHead, two: ComparedHead): boolean {
  return (
    one.epoch === two.epoch && one.status === two.status && one.offset === two.offset && one.isStalled === two.isStalled
  )
}

/** Whether a head is certainly newer, because heads only move up. Results of reads come in any order. */
function isNewer(head: StreamHead, known: StreamHead): boolean {
  if (head.epoch !== known.epoch) return head.epoch > known.epoch
  if (isTerminal(head.status) !== isTerminal(known.status)) return isTerminal(head.status)
  return head.offset > known.offset
}
