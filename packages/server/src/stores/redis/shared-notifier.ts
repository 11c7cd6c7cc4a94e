import { backoffMs } from '../../timing/backoff'
import { settleWithin } from '../../timing/settle-within'
import { type ChangeNotifier, createChangeNotifier } from '../shared/change-notifier'
import { createLivenessProbe, type LivenessProbeOptions } from '../shared/liveness-probe'
import type { RedisLink, RedisSubscription } from './link'
import type { LinkSource } from './link-source'

/** Messages of one process are at least so far apart. */
const intervalMs = 50
/** Of one message, in ids and in code units. What does not fit goes with the next. */
const maxIds = 256
const maxLength = 16_384
/** So many ids wait for their message; more than that are not told to other processes. A hint may be missing. */
const maxWaiting = 10_000

/**
 * Hints for this process at once, and for the others over one channel, apart from any act: ids joined, and never waited for.
 * It listens only while somebody watches.
 */
export function sharedNotifier(
  source: LinkSource,
  channel: string,
  pulse?: Pick<LivenessProbeOptions, 'everyMs' | 'waitMs'>,
): ChangeNotifier {
  const local = createChangeNotifier()
  // Nobody needs to hear from Redis what was told here already.
  const self = crypto.randomUUID()
  const publisher = createPublisher(source, channel, self)
  let watches = 0
  let stopListening: (() => void) | undefined
  const listening: Listening = {
    source,
    channel,
    // Of this process, and of no stream: others do nothing about it.
    pulse: { ...pulse, send: async () => (await source.get()).publish(channel, JSON.stringify([self])) },
    onMessage(message) {
      for (const id of idsOf(message, self)) local.notify(id)
    },
  }

  function release(): void {
    watches -= 1
    if (watches > 0) return
    stopListening?.()
    stopListening = undefined
  }

  return {
    watch(onHint) {
      const unwatch = local.watch(onHint)
      watches += 1
      stopListening ??= listen(listening)
      let isWatching = true
      return () => {
        if (!isWatching) return
        isWatching = false
        unwatch()
        release()
      }
    },
    notify(id) {
      local.notify(id)
      publisher.add(id)
    },
    clear() {
      local.clear()
      stopListening?.()
      publisher.stop()
    },
  }
}

function createPublisher(source: LinkSource, channel: string, self: string) {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let sentAt = -Infinity
  let isStopped = false

  function arm(): void {
    if (timer !== undefined || isStopped || waiting.size === 0) return
    timer = setTimeout(send, Math.max(0, sentAt + intervalMs - performance.now()))
  }

  async function send(): Promise<void> {
    const message = JSON.stringify([self, ...takeIds(waiting)])
    sentAt = performance.now()
    try {
      await (await source.get()).publish(channel, message)
    } catch {
      // A hint may be missing: whoever misses it looks by itself a little later.
    } finally {
      // Only then the next one: while Redis does not answer, one message waits, not twenty a second.
      timer = undefined
      arm()
    }
  }

  return {
    add(id: string): void {
      if (isStopped || waiting.size >= maxWaiting) return
      waiting.add(id)
      arm()
    },
    stop(): void {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

function takeIds(waiting: Set<string>): string[] {
  const ids: string[] = []
  let length = 0
  for (const id of waiting) {
    if (ids.length === maxIds || (ids.length > 0 && length + id.length > maxLength)) break
    waiting.delete(id)
    ids.push(id)
    length += id.length
  }
  return ids
}

/** The ids of a message; none if it is our own, or nothing that we have written. */
function idsOf(message: string, self: string): string[] {
  let parts: unknown
  try {
    parts = JSON.parse(message)
  } catch {
    // Somebody else uses the channel.
    return []
  }
  if (!Array.isArray(parts) || parts[0] === self) return []
  return parts.slice(1).filter((id): id is string => typeof id === 'string')
}

/** A subscription that takes longer to begin may never do so. */
const readyMs = 10_000

interface Listening {
  readonly source: LinkSource
  readonly channel: string
  readonly pulse: Omit<LivenessProbeOptions, 'onSilent'>
  readonly onMessage: (message: string) => void
}

/**
 * Listens until it is told to stop, and takes a subscription that was lost, or that hears nothing any more, up again, further
 * and further apart.
 */
function listen({ source, channel, pulse, onMessage }: Listening): () => void {
  let isStopped = false
  let subscription: RedisSubscription | undefined
  let wake: (() => void) | undefined
  let failures = 0
  let stopProof = () => {}

  async function keepListening(): Promise<void> {
    while (!isStopped) {
      try {
        await listenOnce(await source.get())
      } catch {
        // The acts tell of a Redis that cannot be reached; hints may be missing until it can be.
      }
      subscription?.close()
      failures += 1
      await pause(backoffMs(failures, { firstMs: 100, longestMs: 5_000 }))
    }
  }

  /** Until it has ended or, silently, ceased to hear. */
  async function listenOnce(link: RedisLink): Promise<void> {
    if (isStopped) return
    let hear = () => {}
    const own = link.subscribe(channel, (message) => {
      failures = 0
      hear()
      onMessage(message)
    })
    subscription = own
    await settleWithin(readyMs, own.ready, () => new Error(`no subscription within ${readyMs} ms`))
    const silent = new Promise<void>((resolve) => {
      const proof = createLivenessProbe({ ...pulse, onSilent: resolve })
      hear = proof.heard
      stopProof = proof.stop
    })
    if (isStopped) stopProof()
    await Promise.race([own.ended, silent]).finally(stopProof)
  }

  function pause(ms: number): Promise<void> {
    if (isStopped) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  void keepListening()
  return () => {
    isStopped = true
    stopProof()
    subscription?.close()
    wake?.()
  }
}
