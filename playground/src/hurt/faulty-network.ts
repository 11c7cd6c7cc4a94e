import type { Environment, FetchLike } from '@keepstream/react'
import { createExternalStore, type ExternalStore } from './external-store'
import { createNetworkEnvironment } from './network-environment'
import { type Pace, passOnSlowly } from './pass-on-slowly'

export interface NetworkState {
  readonly isOffline: boolean
  readonly isSlow: boolean
  /** Requests whose answer has not ended yet: what a cut would break. */
  readonly open: number
}

/** A network that can be hurt on purpose, for one client: give it the `fetch` and the `environment`. */
export interface FaultyNetwork {
  readonly fetch: FetchLike
  /** Says, and hears, when there is no network, and when it is back: this one, or the device's own. */
  readonly environment: Environment
  readonly state: ExternalStore<NetworkState>
  /** Breaks whatever is open, as a proxy that restarts would. What is asked for next goes through. */
  cut(): void
  /** Breaks whatever is open, and everything that is asked for until it is switched off. */
  setOffline(isOffline: boolean): void
  /** Lets every answer come late, and its text in small pieces. Switched off, what is held back comes at once. */
  setSlow(isSlow: boolean): void
}

/** How late an answer begins on a slow network, in milliseconds. */
const LATENCY_MS = 400

/** @param fetch what really asks, such as the page's own */
export function createFaultyNetwork(fetch: FetchLike): FaultyNetwork {
  const state = createExternalStore<NetworkState>({ isOffline: false, isSlow: false, open: 0 })
  const requests = new Set<AbortController>()
  const { environment, tell } = createNetworkEnvironment(() => state.get().isOffline)

  const set = (change: Partial<NetworkState>) => state.set({ ...state.get(), ...change })

  /** The reason of the abort is the error that whoever reads is shown: the one a browser gives for a lost connection. */
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
      tell(isOffline ? 'offline' : 'online')
      if (isOffline) breakAll()
    },

    setSlow(isSlow) {
      if (isSlow !== pace.isSlow()) set({ isSlow })
    },
  }
}
