import { checkSnapshot } from '../session/check-source'
import type { Snapshot, SnapshotTail, SourceRequest, TailSink } from '../types'
import type { LockManagerLike, TabsEnvironment } from './environment'
import type { Message } from './message'
import { openChannel } from './open-channel'
import { advance, isAhead, type Reach } from './reach'
import { requestLock } from './request-lock'

/** After this time without a message from the leader, a tab asks whether it is there, in milliseconds. */
const QUIET_MS = 2000

/** How long the leader has to reply, in milliseconds. */
const REPLY_MS = 2000

/** The last message of the old leader, such as the end, may arrive this long after its lock is free, in milliseconds. */
const LAST_MESSAGE_MS = 50

/** How much text ahead of this tab is kept while it catches up, in UTF-16 code units. */
const MAX_HELD = 1024 * 1024

export interface Tabs {
  readonly name: string
  readonly locks: LockManagerLike
  readonly environment: TabsEnvironment
}

/**
 * One tab that reads a stream together with others, from `open` until its signal aborts or its own connection ends. SPEC.md
 * in this folder has the states and the invariants.
 */
export function joinTabs(
  tail: SnapshotTail,
  { name, locks, environment }: Tabs,
  { id, signal, offset, epoch }: SourceRequest,
  sink: TailSink,
): Promise<void> {
  const away = new AbortController()
  const leave = () => away.abort()
  let isLeading = false
  let reach: Reach = { offset, epoch }
  /** This tab's own connection. It is open while the tab leads, and while it is behind. */
  let own: AbortController | undefined
  /** Text from the leader that is ahead of this tab. */
  let held: Snapshot | undefined
  /** The newest known end of the text, and its status. */
  let known: Snapshot | undefined
  let timer: unknown

  return new Promise((resolve, reject) => {
    const channelName = `keepstream/tabs/1/${JSON.stringify([name, id])}`
    let post: (message: Message) => void
    try {
      post = openChannel(environment, channelName, receive, away.signal)
    } catch {
      // A sandboxed page, or one whose storage is blocked, cannot share.
      tail.open({ id, signal, offset, epoch }, sink).then(resolve, reject)
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
    // A page that holds a lock does not enter the back/forward cache, and a page in that cache has no reader. The promise
    // stays pending until then: the session opens a new attempt when the page is back.
    const options = { signal: away.signal }
    environment.addEventListener?.('pagehide', leave, options)
    environment.document?.addEventListener('freeze', leave, options)

    const steal = requestLock(locks, channelName, { won: lead, lost: follow }, away.signal)
    ask()

    function lead() {
      if (isLeading) return
      environment.clearTimeout(timer as never)
      isLeading = true
      post({ type: 'leads' })
      if (known) wait(LAST_MESSAGE_MS, read)
      else read()
    }

    function follow() {
      isLeading = false
      settle()
      ask()
    }

    function ask() {
      post({ type: 'ask' })
      wait(REPLY_MS, () => {
        steal()
        lead()
      })
    }

    /** Adds up to half of the time at random, so that one tab asks first, and takes over first. */
    function wait(ms: number, then: () => void) {
      environment.clearTimeout(timer as never)
      timer = environment.setTimeout(then, ms * (1 + Math.random() / 2))
    }

    function receive(message: Message) {
      if (message.type === 'ask') {
        if (isLeading) post(known ? { type: 'piece', ...known } : { type: 'leads' })
        return
      }
      // A leader that reads itself ignores the messages of an old leader.
      if (isLeading && own) return
      // Every message of the leader shows all tabs that it is there.
      if (!isLeading) wait(QUIET_MS, ask)
      if (message.type !== 'piece') return
      const { type, ...chunk } = message
      if (!isAhead(chunk, reach)) return pass(chunk)
      held = held ? join(held, chunk) : chunk
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
            next(result) {
              if (!isMine()) return
              let chunk: Snapshot
              try {
                chunk = checkSnapshot(result)
              } catch (cause) {
                return end(() => reject(cause))
              }
              // The other tabs come first, because a terminal status ends this attempt at once.
              if (isLeading) post({ type: 'piece', ...chunk })
              pass(chunk)
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

    function pass(chunk: Snapshot) {
      reach = advance(reach, chunk)
      const last = { ...chunk, offset: chunk.offset + chunk.text.length, text: '' }
      // An old message may come late, from a tab that was frozen or from an epoch that is over.
      if (!known || !isAhead(known, { offset: last.offset, epoch: last.origin?.epoch })) known = last
      sink.next(chunk)
      settle()
    }

    /** Passes on the held text once nothing before it is missing. Then the tab needs no own connection. */
    function settle() {
      if (held && !isAhead(held, reach)) {
        const chunk = held
        held = undefined
        return pass(chunk)
      }
      if (held || isLeading || !own) return
      own.abort()
      own = undefined
    }
  })
}

/** Joins two chunks if they follow each other and are not too long to keep. Otherwise returns the later one alone. */
function join(one: Snapshot, other: Snapshot): Snapshot {
  const { offset, text, origin } = one
  const isNext = offset + text.length === other.offset && origin?.epoch === other.origin?.epoch
  if (!isNext || text.length + other.text.length > MAX_HELD) return other
  return { ...other, offset, text: text + other.text }
}
