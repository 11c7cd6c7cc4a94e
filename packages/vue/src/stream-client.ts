import { requireClient, type StreamClient } from '@keepstream/core'
import { type App, hasInjectionContext, type InjectionKey, inject, provide } from 'vue'

const key: InjectionKey<StreamClient> = Symbol('keepstream')

/** Provides a client to `useStream` in all components of an app: `app.use(StreamPlugin, { client })`. */
export const StreamPlugin = {
  install(app: App, { client }: { readonly client: StreamClient }): void {
    app.provide(key, client)
  },
}

/**
 * Provides a client to `useStream` in the components below. Call it in setup. Of several, the nearest one counts.
 */
export function provideStreamClient(client: StreamClient): void {
  provide(key, client)
}

/**
 * The client of the nearest `provideStreamClient`, or of the app. Call it in setup, or where `inject` works.
 *
 * @param client Is returned instead, if it is given.
 * @throws {StreamError} `invalid-option` without a client
 */
export function useStreamClient(client = findClient()): StreamClient {
  return requireClient(client, 'call app.use(StreamPlugin, { client })')
}

/** The provided client. There is none outside of setup, as in a later run of a watcher. */
export function findClient(): StreamClient | undefined {
  return hasInjectionContext() ? inject(key, undefined) : undefined
}
