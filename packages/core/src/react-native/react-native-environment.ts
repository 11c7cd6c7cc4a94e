import type { Environment } from '../environment'

/** As much of React Native's `AppState` as is used here. */
export interface AppStateLike {
  readonly currentState: string | null
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
}

/** As much of `@react-native-community/netinfo` as is used here: its default export. */
export interface NetInfoLike {
  addEventListener(listener: (state: { readonly isConnected: boolean | null }) => void): () => void
}

export interface ReactNativeOptions {
  readonly AppState: AppStateLike
  /** @default none: the app counts as online */
  readonly NetInfo?: NetInfoLike | undefined
}

/**
 * The world of a React Native app, for `createStreamClient({ environment })`: an app that comes back from the background
 * reads on at once, one whose network is back tries again at once, and `connection` says `offline` while it is away. Where
 * `fetch` has no body streams, a driver's answer comes whole; follow with `fetchSnapshot` there.
 */
export function reactNativeEnvironment({ AppState, NetInfo }: ReactNativeOptions): Environment {
  // Known while somebody listens, which is whenever it is asked for.
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
        const isNews = type === 'online' ? isConnected && before === false : isConnected === false && before !== false
        before = isConnected ?? before
        if (isNews) listener({})
      })
      undoWith(signal, unsubscribe)
    },
    document: {
      get hidden() {
        return AppState.currentState !== 'active'
      },
      addEventListener(type, listener, { signal }) {
        // A system dialog makes an app inactive for a moment, and breaks no connection.
        let wasAway = AppState.currentState === 'background'
        const subscription = AppState.addEventListener('change', (state) => {
          const isBack = state === 'active' && wasAway
          wasAway = state === 'background' || (wasAway && !isBack)
          if (type === 'visibilitychange' || isBack) listener({})
        })
        undoWith(signal, () => subscription.remove())
      },
    },
  }
}

function undoWith(signal: AbortSignal, undo: () => void) {
  if (signal.aborted) undo()
  else signal.addEventListener('abort', undo)
}
