import { createStreams, type Environment, type StreamStore, type Streams, type StreamsEvent } from '@keepstream/server'
import type { Faults } from './faults'
import type { World } from './world'

/** A server process that can die, stand still and lose its store. */
export interface SimulatedProcess {
  readonly number: number
  readonly streams: Streams
  readonly environment: Environment
  readonly isDead: boolean
  /** Resolves when it dies. */
  readonly crashed: Promise<void>
  /** It was frozen, cut off from its store or killed at some time, so others may have taken it for dead. */
  readonly wasUnhealthy: boolean
  /** How far texts were read from the store by this process, by id. */
  readonly readUpTo: ReadonlyMap<string, number>
  /** `kill -9`: nothing it began is finished, but for what the store was asked already. */
  crash(): void
  /** SIGSTOP until a time, then SIGCONT. */
  freeze(until: number): void
  /** The store cannot be reached until a time: acts fail, or get no answer till then. */
  cutOff(until: number, isStalled: boolean): void
  /** Resolves after `ms` of its own time, never if it dies. */
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
  readonly onEvent: (event: StreamsEvent) => void
}

const never = new Promise<never>(() => undefined)

export function startProcess(options: ProcessOptions): SimulatedProcess {
  const { number, world, faults, random, leaseMs } = options
  const readUpTo = new Map<string, number>()
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
      world.stir()
      setImmediate(() => {
        world.stir()
        callback()
      })
    },
  }

  const sleep = (ms: number) =>
    ms <= 0 ? Promise.resolve() : new Promise<void>((resolve) => void environment.setTimeout(resolve, ms))

  /** Nothing arrives at a process that stands still or is dead. */
  async function arrival(): Promise<void> {
    if (isDead) return never
    if (world.now() < frozenUntil) await sleep(frozenUntil - world.now())
    if (isDead) return never
  }

  /** One act on the way to the store and back. */
  async function send<T>(act: () => Promise<T>): Promise<T> {
    await arrival()
    await sleep(faults.requestMs())
    await reached()
    if (isDead) return never
    if (faults.losesRequest()) throw new Error('simulated: the connection was lost before the act')
    const outcome = await world.during(
      act().then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      ),
    )
    await sleep(faults.answerMs())
    await arrival()
    if ('error' in outcome) throw outcome.error
    if (faults.losesAnswer()) throw new Error('simulated: the connection was lost after the act')
    return outcome.answer
  }

  async function reached(): Promise<void> {
    for (;;) {
      const outage = [cut, options.outage].find(({ until }) => world.now() < until)
      if (outage === undefined) return
      if (!outage.isStalled) throw new Error('simulated: the store cannot be reached')
      // Whoever was kept waiting is let through in any order.
      await sleep(outage.until - world.now() + random() * 20)
    }
  }

  const { store } = options
  const lossy: StreamStore = {
    create: (id, meta) => send(() => store.create(id, meta)),
    claim: (id, request) => send(() => store.claim(id, request)),
    append: (id, request) => send(() => store.append(id, request)),
    beat: (id, epoch) => send(() => store.beat(id, epoch)),
    close: (id, request) => send(() => store.close(id, request)),
    requestStop: (id) => send(() => store.requestStop(id)),
    expire: (id, epoch) => send(() => store.expire(id, epoch)),
    delete: (id) => send(() => store.delete(id)),
    sweep: (request) => send(() => store.sweep(request)),
    async read(id, offset, max) {
      const range = await send(() => store.read(id, offset, max))
      if (range) readUpTo.set(id, Math.max(readUpTo.get(id) ?? 0, range.start + range.text.length))
      return range
    },
    heads: (ids) => send(() => store.heads(ids)),
    watch(onHint) {
      unwatch = store.watch((id) => {
        if (faults.losesHint()) return
        world.at(world.now() + faults.hintMs(), () => {
          if (!isDead && world.now() >= frozenUntil) onHint(id)
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
    readUpTo,
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
