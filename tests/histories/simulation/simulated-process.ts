import {
  createStreams,
  type Environment,
  type StreamServerEvent,
  type StreamStore,
  type Streams,
  type WriteResult,
} from '@keepstream/server'
import type { Faults } from './faults'
import type { World } from './world'

/** A server process that can die, freeze and lose its connection to the store. */
export interface SimulatedProcess {
  readonly number: number
  readonly streams: Streams
  readonly environment: Environment
  readonly isDead: boolean
  /** Resolves when it dies. */
  readonly crashed: Promise<void>
  /** It was frozen, cut off from its store or killed at some time, so other processes may have considered it dead. */
  readonly wasUnhealthy: boolean
  /** By id: up to which offset the store has shown this process a text, or acknowledged that it has the text. */
  readonly durableUpTo: ReadonlyMap<string, number>
  /** `kill -9`: all its work stops, except calls that have already reached the store. */
  crash(): void
  /** SIGSTOP until a time, then SIGCONT. */
  freeze(until: number): void
  /** The store cannot be reached until a time. Calls fail, or wait until then if `isStalled`. */
  cutOff(until: number, isStalled: boolean): void
  /** Resolves after `ms` of the process's time, and never if the process dies. */
  sleep(ms: number): Promise<void>
}

export interface ProcessOptions {
  readonly number: number
  readonly world: World
  readonly store: StreamStore
  readonly faults: Faults
  readonly random: () => number
  readonly leaseMs: number
  /** The outage of the store that all processes share. */
  readonly outage: { until: number; isStalled: boolean }
  readonly onEvent: (event: StreamServerEvent) => void
}

const never = new Promise<never>(() => undefined)

export function startProcess(options: ProcessOptions): SimulatedProcess {
  const { number, world, faults, random, leaseMs } = options
  const durableUpTo = new Map<string, number>()
  let isDead = false
  let onCrash: () => void = () => undefined
  const crashed = new Promise<void>((resolve) => {
    onCrash = resolve
  })
  let wasUnhealthy = false
  let frozenUntil = -Infinity
  let cut = { until: -Infinity, isStalled: false }
  let unwatch: () => void = () => undefined

  const environment: Environment = {
    now: world.now,
    random,
    setTimeout(callback, ms) {
      const handle = { timer: undefined as object | undefined }
      const arm = (time: number) => {
        handle.timer = world.at(time, () => {
          if (isDead) return
          if (world.now() < frozenUntil) arm(frozenUntil)
          else callback()
        })
      }
      arm(world.now() + Math.max(1, ms))
      return handle
    },
    clearTimeout(handle) {
      const { timer } = (handle ?? {}) as { timer?: object }
      if (timer !== undefined) world.cancel(timer)
    },
    setImmediate(callback) {
      world.markActivity()
      setImmediate(() => {
        world.markActivity()
        callback()
      })
    },
  }

  const sleep = (ms: number) =>
    ms <= 0 ? Promise.resolve() : new Promise<void>((resolve) => void environment.setTimeout(resolve, ms))

  /** Waits while the process is frozen. Never resolves if it is dead. */
  async function arrival(): Promise<void> {
    if (isDead) return never
    if (world.now() < frozenUntil) await sleep(frozenUntil - world.now())
    if (isDead) return never
  }

  /** Sends one call to the store and returns the response. */
  async function send<T>(call: () => Promise<T>): Promise<T> {
    await arrival()
    await sleep(faults.requestMs())
    await reached()
    if (isDead) return never
    if (faults.losesRequest()) throw new Error('simulated: the connection was lost before the call')
    const outcome = await world.during(
      call().then(
        (response) => ({ response }),
        (error: unknown) => ({ error }),
      ),
    )
    await sleep(faults.responseMs())
    await arrival()
    if ('error' in outcome) throw outcome.error
    if (faults.losesResponse()) throw new Error('simulated: the connection was lost after the call')
    return outcome.response
  }

  async function reached(): Promise<void> {
    for (;;) {
      const outage = [cut, options.outage].find(({ until }) => world.now() < until)
      if (outage === undefined) return
      if (!outage.isStalled) throw new Error('simulated: the store cannot be reached')
      // Waiting calls continue in any order.
      await sleep(outage.until - world.now() + random() * 20)
    }
  }

  function learn(id: string, offset: number): void {
    durableUpTo.set(id, Math.max(durableUpTo.get(id) ?? 0, offset))
  }

  async function written(id: string, call: () => Promise<WriteResult>): Promise<WriteResult> {
    const result = await send(call)
    if (result.type !== 'gone') learn(id, result.type === 'ok' ? result.offset : result.head.offset)
    return result
  }

  const { store } = options
  const lossy: StreamStore = {
    create: (id, meta, request) => send(() => store.create(id, meta, request)),
    claim: (id, request) => send(() => store.claim(id, request)),
    append: (id, request) => written(id, () => store.append(id, request)),
    beat: (id, epoch) => send(() => store.beat(id, epoch)),
    close: (id, request) => written(id, () => store.close(id, request)),
    requestStop: (id) => send(() => store.requestStop(id)),
    expire: (id, epoch) => send(() => store.expire(id, epoch)),
    delete: (id) => send(() => store.delete(id)),
    sweep: (request) => send(() => store.sweep(request)),
    async read(id, offset, max) {
      const range = await send(() => store.read(id, offset, max))
      if (range) learn(id, range.start + range.text.length)
      return range
    },
    readMeta: (id) => send(() => store.readMeta(id)),
    list: (request) => send(() => store.list(request)),
    heads: (ids) => send(() => store.heads(ids)),
    watch(onChange) {
      unwatch = store.watch((id) => {
        if (faults.losesNotification()) return
        world.at(world.now() + faults.notificationMs(), () => {
          if (!isDead && world.now() >= frozenUntil) onChange(id)
        })
      })
      return () => unwatch()
    },
    dispose: async () => undefined,
  }

  return {
    number,
    environment,
    streams: createStreams({
      store: lossy,
      keepsStore: true,
      leaseMs,
      drainMs: leaseMs,
      settleMs: leaseMs,
      environment,
      onEvent: options.onEvent,
      onError: () => undefined,
    }),
    durableUpTo,
    crashed,
    get isDead() {
      return isDead
    },
    get wasUnhealthy() {
      return wasUnhealthy
    },
    crash() {
      isDead = true
      wasUnhealthy = true
      unwatch()
      onCrash()
    },
    freeze(until) {
      wasUnhealthy = true
      frozenUntil = until
    },
    cutOff(until, isStalled) {
      wasUnhealthy = true
      cut = { until, isStalled }
    },
    sleep,
  }
}
