import type { Environment } from '../environment'

/** As much of the Web Locks API as is used here. */
export interface LockManagerLike {
  request(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    granted: () => Promise<void> | undefined,
  ): Promise<unknown>
}

/** As much of a `BroadcastChannel` as is used here. */
export interface ChannelLike {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
  close(): void
}

/** Listeners are removed by the signal they are given. */
type Listen<Type extends string> = (type: Type, listener: () => void, options: { signal: AbortSignal }) => void

/** What tabs need of the world around: `globalThis`, unless a test brings its own. */
export interface TabsEnvironment extends Pick<Environment, 'setTimeout' | 'clearTimeout'> {
  /** Missing outside secure contexts. */
  readonly navigator?: { readonly locks?: LockManagerLike | undefined } | undefined
  readonly BroadcastChannel?: (new (name: string) => ChannelLike) | undefined
  /** `pagehide`: the page is put away, for ever or into the back/forward cache. */
  addEventListener?: Listen<'pagehide'> | undefined
  /** `freeze`: the page will not run any more until it is resumed. */
  readonly document?: { addEventListener: Listen<'freeze'> } | undefined
}
