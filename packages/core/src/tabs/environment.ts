import type { Environment } from '../environment'

/** The part of the Web Locks API that is used here. */
export interface LockManagerLike {
  request(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    granted: () => Promise<void> | undefined,
  ): Promise<unknown>
}

/** The part of a `BroadcastChannel` that is used here. */
export interface ChannelLike {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
  close(): void
}

/** The signal removes the listener. */
type Listen<Type extends string> = (type: Type, listener: () => void, options: { signal: AbortSignal }) => void

/** The environment of a tab: `globalThis`, or a test's own. */
export interface TabsEnvironment extends Pick<Environment, 'setTimeout' | 'clearTimeout'> {
  /** Missing outside secure contexts. */
  readonly navigator?: { readonly locks?: LockManagerLike | undefined } | undefined
  readonly BroadcastChannel?: (new (name: string) => ChannelLike) | undefined
  /** `pagehide`: the user leaves the page, or it enters the back/forward cache. */
  addEventListener?: Listen<'pagehide'> | undefined
  /** `freeze`: the page does not run until it is resumed. */
  readonly document?: { addEventListener: Listen<'freeze'> } | undefined
}
