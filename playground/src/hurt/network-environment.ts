import type { Environment } from '@keepstream/react'

export interface NetworkEnvironment {
  /** The page's own clock and events, as a client on this network finds them. */
  readonly environment: Environment
  /** Tells that this network went, or came back. */
  tell(type: 'online' | 'offline'): void
}

/**
 * The page's environment, but for what it says of the network: there is one only while the device has one and
 * `isOffline` denies that it was switched off.
 */
export function createNetworkEnvironment(isOffline: () => boolean): NetworkEnvironment {
  const own = new EventTarget()
  const page = globalThis as Partial<Pick<typeof globalThis, 'addEventListener' | 'document' | 'navigator'>>
  return {
    environment: {
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer),
      requestAnimationFrame: (callback) => requestAnimationFrame(callback),
      document: page.document,
      navigator: {
        get onLine() {
          return !isOffline() && page.navigator?.onLine !== false
        },
      },
      addEventListener(type, listener, options) {
        const hear = listener as EventListener
        own.addEventListener(type, hear, options)
        // A device that comes back changes nothing for a network that is switched off.
        page.addEventListener?.(type, (event) => (type === 'online' && isOffline()) || hear(event), options)
      },
    },
    tell: (type) => void own.dispatchEvent(new Event(type)),
  }
}
