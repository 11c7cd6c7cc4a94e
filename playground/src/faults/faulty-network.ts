import type { Environment, FetchLike } from '@keepstream/react'
import { createExternalStore, type ExternalStore } from './external-store'
import { createNetworkEnvironment } from './network-environment'
import { type Pace, passOnSlowly } from './pass-on-slowly'

export interface NetworkState {
  readonly isOffline: boolean
  readonly isSlow: boolean
  /** The number of requests whose response has not ended yet. A cut breaks these. */
  readonly open: number
}

/** A network for one client that can fail on request. Pass its `fetch` and `environment` to the client. */
export interface FaultyNetwork {
  readonly fetch: FetchLike
  /** Reports whether this network, and the device's own, is there, with an event for each change. */
  readonly environment: Environment
  readonly state: ExternalStore<NetworkState>
  /** Breaks all open requests, as a restarting proxy does. Later requests go through. */
  cut(): void
  /** `true` breaks all open requests, and fails all requests until it is `false` again. */
  setOffline(isOffline: boolean): void
  /** `true` delays every response, and passes its body on in small chunks. `false` sends all held-back bytes at once. */
  setSlow(isSlow: boolean): void
}

/** How late a response begins on a slow network, in milliseconds. */
const LATENCY_MS = 400

/** @param fetch sends the requests, such as the page's own `fetch` */
export function createFaultyNetwork(fetch: FetchLike): FaultyNetwork {
  const state = createExternalStore<NetworkState>({ isOffline: false, isSlow: false, open: 0 })
  const requests = new Set<AbortController>()
  const { environment, announce } = createNetworkEnvironment(() => state.get().isOffline)

  const set = (change: Partial<NetworkState>) => state.set({ ...state.get(), ...change })

  /** The abort reason becomes the reader's error. It is the same as a browser's error for a lost connection. */
  function breakAll() {
    for (const request of [...requests]) request.abort(new TypeError('network error'))
  }

  const pace: Pace = {
    isSlow: () => state.get().isSlow,
    hold(ms, signal) {
      if (!pace.isSlow() || signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(end, ms)
        const unlisten = state.subscribe(() => pace.isSlow() || end())
        signal.addEventListener('abort', end)
        function end() {
          clearTimeout(timer)
          unlisten()
          signal.removeEventListener('abort', end)
          resolve()
        }
      })
    },
  }

  return {
    state,

    async fetch(url, init) {
      if (state.get().isOffline) throw new TypeError('Failed to fetch')
      const request = new AbortController()
      const signal = AbortSignal.any(init.signal ? [init.signal, request.signal] : [request.signal])
      const end = () => {
        if (requests.delete(request)) set({ open: requests.size })
      }
      requests.add(request)
      set({ open: requests.size })
      try {
        await pace.hold(LATENCY_MS, signal)
        signal.throwIfAborted()
        const response = await fetch(url, { ...init, signal })
        if (response.body) return new Response(passOnSlowly(response.body, { signal, pace, onEnd: end }), response)
        end()
        return response
      } catch (cause) {
        end()
        throw cause
      }
    },

    environment,

    cut: breakAll,

    setOffline(isOffline) {
      if (isOffline === state.get().isOffline) return
      set({ isOffline })
      announce(isOffline ? 'offline' : 'online')
      if (isOffline) breakAll()
    },

    setSlow(isSlow) {
      if (isSlow !== pace.isSlow()) set({ isSlow })
    },
  }
}
