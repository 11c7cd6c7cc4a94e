import type { Environment } from '../environment'

/** The part of React Native's `AppState` that is used here. */
export interface AppStateLike {
  readonly currentState: string | null
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
}

/** The part of `@react-native-community/netinfo`, its default export, that is used here. */
export interface NetInfoLike {
  addEventListener(listener: (state: { readonly isConnected: boolean | null }) => void): () => void
}

export interface ReactNativeOptions {
  readonly AppState: AppStateLike
  /** @default none: the app counts as online */
  readonly NetInfo?: NetInfoLike | undefined
}

/**
 * The environment of a React Native app, for `createStreamClient({ environment })`. An app that comes back from the
 * background reads on at once. When the network is back, it tries again at once. Without a network, `connection` is
 * `offline`. If `fetch` has no body streams, a driver's response comes whole. In that case, follow with `fetchSnapshot`.
 */
export function reactNativeEnvironment({ AppState, NetInfo }: ReactNativeOptions): Environment {
  // Known only while a listener is registered. The client reads it only then.
  let isConnected: boolean | null = null

  return {
    setTimeout: (callback, ms) => setTimeout(callback, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    requestAnimationFrame: (callback) => requestAnimationFrame(callback),
    navigator: {
      get onLine() {
        return isConnected !== false
      },
    },
    addEventListener(type, listener, { signal }) {
      if (/^page/.test(type) || !NetInfo) return
      let before: boolean | null = null
      const unsubscribe = NetInfo.addEventListener((state) => {
        isConnected = state.isConnected
        const isChange = type === 'online' ? isConnected && before === false : isConnected === false && before !== false
        before = isConnected ?? before
        if (isChange) listener({})
      })
      unsubscribeOnAbort(signal, unsubscribe)
    },
    document: {
      get hidden() {
        return AppState.currentState !== 'active'
      },
      addEventListener(type, listener, { signal }) {
        // A system dialog makes an app inactive for a moment, but breaks no connection.
        let wasAway = AppState.currentState === 'background'
        const subscription = AppState.addEventListener('change', (state) => {
          const isBack = state === 'active' && wasAway
          wasAway = state === 'background' || (wasAway && !isBack)
          if (type === 'visibilitychange' || isBack) listener({})
        })
        unsubscribeOnAbort(signal, () => subscription.remove())
      },
    },
  }
}

function unsubscribeOnAbort(signal: AbortSignal, unsubscribe: () => void) {
  if (signal.aborted) unsubscribe()
  else signal.addEventListener('abort', unsubscribe)
}
