import type { Environment } from '@keepstream/react'

export interface NetworkEnvironment {
  /** The page's own clock and events, for a client on this network. */
  readonly environment: Environment
  /** Sends the event that this network is gone, or is back. */
  announce(type: 'online' | 'offline'): void
}

/**
 * The page's environment with another network state: online only while the device is online and `isOffline` returns
 * `false`.
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
        const handle = listener as EventListener
        own.addEventListener(type, handle, options)
        // While this network is switched off, the device's `online` event is ignored.
        page.addEventListener?.(type, (event) => (type === 'online' && isOffline()) || handle(event), options)
      },
    },
    announce: (type) => void own.dispatchEvent(new Event(type)),
  }
}
