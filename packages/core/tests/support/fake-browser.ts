import type { ChannelLike, LockManagerLike } from '../../src/tabs'
import type { FakeClock } from './fake-clock'
import type { FakeTab } from './fake-tab'

interface Claim {
  readonly tab: FakeTab
  readonly name: string
  readonly granted: () => unknown
  readonly resolve: (value?: unknown) => void
  readonly reject: (cause: unknown) => void
}

interface Channel {
  readonly tab: FakeTab
  readonly name: string
  receive(data: unknown): void
}

/** The shared parts of one origin: locks, granted in order, and channels with delayed messages. */
export interface FakeBrowser {
  readonly held: readonly Claim[]
  readonly queued: readonly Claim[]
  readonly channels: ReadonlySet<Channel>
  /** Takes a message away before it is sent. */
  dropNext(isDropped: (data: { type: string }) => boolean): void
  locksOf(tab: () => FakeTab): LockManagerLike
  channelsOf(tab: () => FakeTab): new (name: string) => ChannelLike
  /** Releases the locks and channels of a dead page. */
  forget(tab: FakeTab): void
}

export function createBrowser(clock: FakeClock, delayMs: () => number = () => 1): FakeBrowser {
  let held: Claim[] = []
  let queued: Claim[] = []
  const channels = new Set<Channel>()
  let isDropped: ((data: { type: string }) => boolean) | undefined
  const arrival = new WeakMap<Channel, number>()

  const aborted = () => new DOMException('in a test', 'AbortError')

  function grant(claim: Claim) {
    held.push(claim)
    const release = () => {
      held = held.filter((one) => one !== claim)
      next(claim.name)
    }
    clock.after(0, () =>
      claim.tab.run(() => {
        Promise.resolve(claim.granted()).then((value) => {
          if (!held.includes(claim)) return
          claim.resolve(value)
          release()
        }, claim.reject)
      }),
    )
  }

  function next(name: string) {
    if (held.some((one) => one.name === name)) return
    const claim = queued.find((one) => one.name === name)
    if (!claim) return
    queued = queued.filter((one) => one !== claim)
    grant(claim)
  }

  return {
    get held() {
      return held
    },
    get queued() {
      return queued
    },
    channels,
    dropNext(condition) {
      isDropped = condition
    },
    locksOf: (tab) => ({
      request: (name, { steal, signal }, granted) =>
        new Promise((resolve, reject) => {
          if (steal && signal) throw new DOMException('they exclude each other', 'NotSupportedError')
          if (tab().isDead) return
          const claim: Claim = { tab: tab(), name, granted, resolve, reject }
          if (steal) {
            const robbed = held.filter((one) => one.name === name)
            held = held.filter((one) => one.name !== name)
            for (const one of robbed) clock.after(0, () => one.tab.run(() => one.reject(aborted())))
            return grant(claim)
          }
          signal?.addEventListener('abort', () => {
            if (!queued.includes(claim)) return
            queued = queued.filter((one) => one !== claim)
            reject(aborted())
          })
          queued.push(claim)
          next(name)
        }),
    }),
    channelsOf: (tab) =>
      class {
        #own: Channel
        #listeners: ((event: { data: unknown }) => void)[] = []
        constructor(name: string) {
          this.#own = {
            tab: tab(),
            name,
            receive: (data) => {
              for (const listener of this.#listeners) listener({ data })
            },
          }
          if (!this.#own.tab.isDead) channels.add(this.#own)
        }
        addEventListener(_type: 'message', listener: (event: { data: unknown }) => void) {
          this.#listeners.push(listener)
        }
        postMessage(message: unknown) {
          if (this.#own.tab.isDead) return
          if (!channels.has(this.#own)) throw new DOMException('in a test', 'InvalidStateError')
          const data = structuredClone(message) as { type: string }
          if (isDropped?.(data)) {
            isDropped = undefined
            return
          }
          for (const other of channels) {
            if (other === this.#own || other.name !== this.#own.name) continue
            const at = Math.max(clock.now() + delayMs(), arrival.get(other) ?? 0)
            arrival.set(other, at)
            clock.after(at - clock.now(), () => other.tab.run(() => channels.has(other) && other.receive(data)))
          }
        }
        close() {
          channels.delete(this.#own)
        }
      },
    forget(tab) {
      for (const channel of channels) if (channel.tab === tab) channels.delete(channel)
      queued = queued.filter((one) => one.tab !== tab)
      const names = held.filter((one) => one.tab === tab).map(({ name }) => name)
      held = held.filter((one) => one.tab !== tab)
      for (const name of names) next(name)
    },
  }
}
