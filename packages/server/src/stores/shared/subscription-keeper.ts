import { backoffMs } from '../../timing/backoff'
import { createLivenessProbe, type LivenessProbe, type LivenessProbeOptions } from './liveness-probe'

/**
 * Opens a subscription and resolves with a function that closes it, or with `undefined` if the database cannot subscribe.
 *
 * @param onLost call it when the subscription has ended for good
 * @param signal aborted when the result is not needed any more, also while the subscription is being opened
 */
export type OpenSubscription = (
  onMessage: (message: string) => void,
  onLost: () => void,
  signal: AbortSignal,
) => Promise<(() => Promise<void>) | undefined>

export interface SubscriptionKeeper {
  /** Subscribes now, and again whenever the subscription is lost. */
  start(): void
  stop(): Promise<void>
}

export interface SubscriptionKeeperOptions {
  readonly subscribe: OpenSubscription
  readonly onMessage: (message: string) => void
  /** Proves that a subscription receives what is sent. */
  readonly probe: Omit<LivenessProbeOptions, 'onSilent'>
  /** The longest wait before a lost subscription is opened again, in milliseconds. */
  readonly longestRetryMs: number
  readonly random?: () => number
}

/** Keeps one subscription open. Messages that are sent while it is closed are missed. */
export function createSubscriptionKeeper(options: SubscriptionKeeperOptions): SubscriptionKeeper {
  const { subscribe, onMessage, probe: probeOptions, longestRetryMs, random } = options
  const retry = { firstMs: 100, longestMs: longestRetryMs }
  let isStarted = false
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Closes the current subscription. `undefined` while none is open or being opened. */
  let closeCurrent: (() => Promise<void>) | undefined

  function open(): void {
    const abort = new AbortController()
    let probe: LivenessProbe | undefined

    function leave(): void {
      closeCurrent = undefined
      abort.abort()
      probe?.stop()
    }

    function reopen(): void {
      if (abort.signal.aborted) return
      leave()
      failures += 1
      timer = setTimeout(open, backoffMs(failures, retry, random))
    }

    async function subscribeOnce() {
      const close = await subscribe(receive, reopen, abort.signal)
      if (close === undefined || abort.signal.aborted) return close
      const onSilent = () => {
        reopen()
        // The other end may not respond to this either.
        close().catch(() => undefined)
      }
      probe = createLivenessProbe({ ...probeOptions, onSilent })
      return close
    }

    function receive(message: string): void {
      // Only a message is a success: through some poolers a subscription opens and never receives anything.
      if (!abort.signal.aborted) failures = 0
      probe?.received()
      onMessage(message)
    }

    const opening = subscribeOnce()
    opening.catch(reopen)
    closeCurrent = async () => {
      leave()
      const close = await opening.catch(() => undefined)
      // If it was lost in the meantime, it is closed already.
      await close?.().catch(() => undefined)
    }
  }

  return {
    start() {
      if (isStarted) return
      isStarted = true
      open()
    },
    async stop() {
      isStarted = false
      clearTimeout(timer)
      await closeCurrent?.()
    },
  }
}
