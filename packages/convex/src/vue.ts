import { StreamError } from '@keepstream/core'
import { useStream as useTextStream } from '@keepstream/vue'
import { computed, getCurrentInstance, type InjectionKey, inject, type MaybeRefOrGetter, type Ref, toValue } from 'vue'
import { createHookClient, toStatus } from './hook-client'
import type { ConvexClientLike, StreamBody, StreamBodyQuery, StreamId, UseStreamOptions } from './types'

export type { StreamBody, StreamBodyQuery, StreamId, StreamStatus, UseStreamOptions } from './types'

/** The key to provide a Convex client without convex-vue: `app.provide(convexKey, client)`. */
export const convexKey: InjectionKey<ConvexClientLike> = Symbol('convex')

/**
 * The component's hook for Vue. The arguments are the same and may be refs or getters. The result has readonly refs of the
 * same names. It uses the Convex client of convex-vue's plugin, or the one provided as `convexKey`.
 *
 * Only the id and the Convex client select the stream. A new `URL`, new headers or a new token restart nothing, and are used
 * from the next attempt on.
 *
 * @param getPersistentBody The query that returns the component's `getStreamBody`.
 * @param streamUrl The HTTP action that calls the component's `stream`.
 * @param driven Whether this component's user asked for the text. Latched for the id: it is generated once.
 * @param streamId The stream; `undefined` shows nothing yet.
 * @throws {StreamError} `invalid-option` without a Convex client
 */
export function useStream(
  getPersistentBody: StreamBodyQuery,
  streamUrl: MaybeRefOrGetter<URL>,
  driven: MaybeRefOrGetter<boolean>,
  streamId: MaybeRefOrGetter<StreamId | undefined>,
  opts?: MaybeRefOrGetter<UseStreamOptions | undefined>,
): { readonly [Key in keyof StreamBody]: Readonly<Ref<StreamBody[Key]>> } {
  const drive = () => ({ ...toValue(opts), streamUrl: toValue(streamUrl) })
  const client = createHookClient(findConvex(), getPersistentBody, drive)
  const { text, status, connection } = useTextStream(streamId, () => ({ client, start: toValue(driven) }))
  return { text, status: computed(() => toStatus({ status: status.value, connection: connection.value })) }
}

/** The shapes of two community packages, so that neither is needed here. */
interface Places {
  readonly 'convex-vue'?: { readonly clientRef?: Readonly<Ref<ConvexClientLike | undefined>> }
  /** From @convex-vue/core. */
  readonly $convex?: ConvexClientLike
}

function findConvex(): ConvexClientLike {
  const globals = getCurrentInstance()?.appContext.config.globalProperties as Places | undefined
  const found =
    inject(convexKey, undefined) ??
    inject<Places['convex-vue']>('convex-vue', undefined)?.clientRef?.value ??
    globals?.$convex
  if (found) return found
  throw new StreamError('invalid-option', 'useStream needs convex-vue’s plugin, or app.provide(convexKey, client)')
}
