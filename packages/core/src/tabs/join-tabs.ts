import { checkSnapshot } from '../session/check-source'
import type { SnapshotTail, SourceRequest, TailSink } from '../types'
import type { LockManagerLike, TabsEnvironment } from './environment'
import type { Message, Piece } from './message'
import { openChannel } from './open-channel'
import { advance, isAhead, type Reach } from './reach'
import { requestLock } from './request-lock'

/** A leader that was not heard for so long is asked whether it is there, in milliseconds. */
const QUIET_MS = 2000

/** It has so long to answer, in milliseconds. */
const ANSWER_MS = 2000

/** What the leader before told last, the end perhaps, may come so long after its lock, in milliseconds. */
const LAST_WORDS_MS = 50

/** How much text that is ahead of this tab is kept while it catches up, in UTF-16 code units. */
const MAX_HELD = 1024 * 1024

export interface Tabs {
  readonly name: string
  readonly locks: LockManagerLike
  readonly environment: TabsEnvironment
}

/**
 * One tab's part in reading a stream together, from `open` until its signal aborts or its own connection ends. SPEC.md,
 * beside this file, has the states and what holds in them.
 */
export function joinTabs(
  tail: SnapshotTail,
  { name, locks, environment }: Tabs,
  { id, signal, ...from }: SourceRequest,
  sink: TailSink,
): Promise<void> {
  const away = new AbortController()
  const leave = () => away.abort()
  let isLeading = false
  let reach: Reach = from
  /** This tab's own connection: while it leads, and while it is behind. */
  let own: AbortController | undefined
  /** What the leader told that is ahead of this tab. */
  let held: Piece | undefined
  /** Where the text ended when it was last heard of, and its status. */
  let known: Piece | undefined
  let timer: unknown

  return new Promise((resolve, reject) => {
    const room = `keepstream/tabs/1/${JSON.stringify([name, id])}`
    let post: (message: Message) => void
    try {
      post = openChannel(environment, room, hear, away.signal)
    } catch {
      // Sandboxed, or its storage is blocked: this page cannot share.
      tail.open({ id, signal, ...from }, sink).then(resolve, reject)
      return
    }

    away.signal.addEventListener('abort', () => {
      environment.clearTimeout(timer as never)
      own?.abort()
      own = undefined
    })
    signal.addEventListener('abort', () => {
      leave()
      resolve()
    })
    // A page that holds a lock is not kept for the way back, and one that is put away reads for nobody. Its session opens
    // anew when it is back: until then this stays unanswered.
    const options = { signal: away.signal }
    environment.addEventListener?.('pagehide', leave, options)
    environment.document?.addEventListener('freeze', leave, options)

    const steal = requestLock(locks, room, { won: lead, lost: follow }, away.signal)
    ask()

    function lead() {
      if (isLeading) return
      environment.clearTimeout(timer as never)
      isLeading = true
      post({ type: 'leads' })
      if (known) wait(LAST_WORDS_MS, read)
      else read()
    }

    function follow() {
      isLeading = false
      settle()
      ask()
    }

    function ask() {
      post({ type: 'ask' })
      wait(ANSWER_MS, () => {
        steal()
        lead()
      })
    }

    /** Up to half as long again is left to chance, so that one tab is the first to ask, and to take over. */
    function wait(ms: number, then: () => void) {
      environment.clearTimeout(timer as never)
      timer = environment.setTimeout(then, ms * (1 + Math.random() / 2))
    }

    function hear(message: Message) {
      if (message.type === 'ask') {
        if (isLeading) post(known ? { type: 'piece', ...known } : { type: 'leads' })
        return
      }
      // There are never two that this tab reads from, but for catching up.
      if (isLeading && own) return
      // The answer to one that asked is an answer to all.
      if (!isLeading) wait(QUIET_MS, ask)
      if (message.type !== 'piece') return
      const { type, ...piece } = message
      if (!isAhead(piece, reach)) return give(piece)
      held = held ? join(held, piece) : piece
      read()
    }

    function read() {
      if (own) return
      const mine = new AbortController()
      own = mine
      const isMine = () => own === mine
      const end = (settled: () => void) => {
        if (!isMine()) return
        leave()
        settled()
      }
      async function open() {
        await tail.open(
          { id, ...reach, signal: mine.signal },
          {
            next(said) {
              if (!isMine()) return
              let piece: Piece
              try {
                const snapshot = checkSnapshot(said)
                piece = { ...snapshot, offset: snapshot.offset ?? 0 }
              } catch (cause) {
                return end(() => reject(cause))
              }
              // First the others: after a terminal status this tab is gone at once.
              if (isLeading) post({ type: 'piece', ...piece })
              give(piece)
            },
            alive() {
              if (isMine()) sink.alive()
            },
          },
        )
      }
      open().then(
        () => end(resolve),
        (cause) => end(() => reject(cause)),
      )
    }

    function give(piece: Piece) {
      reach = advance(reach, piece)
      const last = { ...piece, offset: piece.offset + piece.text.length, text: '' }
      // Old news may come late, from a tab that was frozen or of an epoch that is over.
      if (!known || !isAhead(known, last)) known = last
      sink.next(piece)
      settle()
    }

    /** What was held is given once nothing is missing before it; then the leader is enough. */
    function settle() {
      if (held && !isAhead(held, reach)) {
        const piece = held
        held = undefined
        return give(piece)
      }
      if (held || isLeading || !own) return
      own.abort()
      own = undefined
    }
  })
}

/** Two pieces as one, if they follow each other and are not too much to keep; otherwise the later one alone. */
function join(one: Piece, other: Piece): Piece {
  const { offset, text, epoch } = one
  const isNext = offset + text.length === other.offset && epoch === other.epoch
  if (!isNext || text.length + other.text.length > MAX_HELD) return other
  return { ...other, offset, text: text + other.text }
}
