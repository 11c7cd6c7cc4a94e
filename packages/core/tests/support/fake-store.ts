import { type SnapshotTail, SourceError, type StreamStatus, type TailSink } from '@keepstream/core'
import type { FakeClock } from './fake-clock'
import type { FakeTab } from './fake-tab'

interface Connection {
  readonly tab: FakeTab
  readonly sink: TailSink
  offset: number
  isToldStatus: boolean
  status: StreamStatus
  close(): void
  fail(cause: unknown): void
}

const KEEP_ALIVE_MS = 8000
const LATENCY_MS = 5

/** One stream of a server that is read over connections, which are counted. */
export interface FakeStore {
  readonly text: string
  status: StreamStatus
  epoch: number
  base: number
  readonly open: readonly Connection[]
  /** Where each connection that was ever opened began. */
  readonly offsets: readonly number[]
  append(text: string): void
  close(status?: StreamStatus): void
  /** Ends every connection, as a roll-over does. */
  cut(): void
  /** The server dies: text that was not durable is lost, and another text follows from there. */
  restart(base: number): void
  /** The sources for a page. */
  tail(tab: FakeTab, refuse?: () => unknown): SnapshotTail
}

export function createStore(clock: FakeClock): FakeStore {
  let text = ''
  let open: Connection[] = []
  const offsets: number[] = []

  function pump(one: Connection) {
    const { epoch, base } = store
    const isEnd = !['pending', 'streaming'].includes(store.status)
    const status = isEnd ? 'streaming' : store.status
    if (one.offset < text.length || one.status !== status || !one.isToldStatus) {
      const piece = { offset: one.offset, text: text.slice(one.offset), status, origin: { epoch, base } }
      one.isToldStatus = true
      one.status = status
      one.offset = Math.max(one.offset, text.length)
      send(one, () => one.sink.next(piece))
    }
    if (!isEnd) return
    const end = { offset: text.length, text: '', status: store.status, origin: { epoch, base } }
    send(one, () => one.sink.next(end))
    send(one, one.close)
  }

  function send(one: Connection, task: () => void) {
    clock.after(LATENCY_MS, () =>
      one.tab.run(() => {
        if (!open.includes(one)) return
        one.sink.alive()
        task()
      }),
    )
  }

  function keepAlive(one: Connection) {
    clock.after(KEEP_ALIVE_MS, () => {
      if (!open.includes(one)) return
      one.tab.run(() => open.includes(one) && one.sink.alive())
      keepAlive(one)
    })
  }

  const store: FakeStore = {
    status: 'pending',
    epoch: 1,
    base: 0,
    offsets,
    get text() {
      return text
    },
    get open() {
      open = open.filter(({ tab }) => !tab.isDead)
      return open
    },
    append(added) {
      text += added
      store.status = 'streaming'
      for (const one of store.open) pump(one)
    },
    close(status = 'done') {
      store.status = status
      for (const one of store.open) pump(one)
    },
    cut() {
      for (const one of store.open) clock.after(LATENCY_MS, () => one.tab.run(one.close))
    },
    restart(base) {
      text = text.slice(0, base)
      store.base = base
      store.epoch++
      store.cut()
    },
    tail: (tab, refuse) => ({
      stallMs: 25_000,
      open: ({ offset, epoch = store.epoch, signal }, sink) =>
        new Promise((resolve, reject) => {
          const gone = () => {
            open = open.filter((other) => other !== one)
          }
          const settle = (done: () => void) => {
            gone()
            done()
          }
          const one: Connection = {
            tab,
            sink,
            offset,
            isToldStatus: false,
            status: 'pending',
            close: () => settle(resolve),
            fail: (cause) => settle(() => reject(cause)),
          }
          offsets.push(offset)
          open.push(one)
          // As fetch does.
          signal.addEventListener('abort', () => one.fail(signal.reason))
          const isDiverged = epoch < store.epoch && offset > store.base
          const reported = { offset: store.base, epoch: store.epoch }
          const refusal = isDiverged ? new SourceError('diverged', 'in a test', reported) : refuse?.()
          if (refusal) clock.after(LATENCY_MS, () => tab.run(() => one.fail(refusal)))
          else {
            pump(one)
            keepAlive(one)
          }
        }),
    }),
  }
  return store
}
