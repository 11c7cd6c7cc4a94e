'use client'

import { StreamError } from '@keepstream/core'
import { useStream as useTextStream } from '@keepstream/react'
import { useConvex } from 'convex/react'
import { getFunctionName } from 'convex/server'
import { useEffect, useMemo, useRef } from 'react'
import { createHookClient, toStatus } from './hook-client'
import type { ConvexClientLike, StreamBody, StreamBodyQuery, StreamId, UseStreamOptions } from './types'

export type { StreamBody, StreamBodyQuery, StreamId, StreamStatus, UseStreamOptions } from './types'

/**
 * The component's own hook: the same call, the same result. The Convex client is that of the `<ConvexProvider>` above.
 *
 * A stream is its id, and keeps the Convex client it was first shown with: a new `URL`, new headers or a new token on each render restart nothing, and
 * are used from the next attempt on. The same object comes back while nothing changes.
 *
 * @param getPersistentBody The query that returns the component's `getStreamBody`.
 * @param streamUrl The HTTP action that calls the component's `stream`.
 * @param driven Whether this component's user asked for the text. Latched for the id: it is generated once.
 * @param streamId The stream; `undefined` shows nothing yet.
 * @throws {StreamError} `invalid-option` without a provider
 */
export function useStream(
  getPersistentBody: StreamBodyQuery,
  streamUrl: URL,
  driven: boolean,
  streamId: StreamId | undefined,
  opts?: UseStreamOptions,
): StreamBody {
  const convex = useConvex() as ConvexClientLike | undefined
  if (!convex) throw new StreamError('invalid-option', 'useStream needs a <ConvexProvider> above')

  // How to drive, should it come to that. (Effects run in order: this is known before the binding reads.)
  const drive = useRef({ ...opts, streamUrl })
  useEffect(() => {
    drive.current = { ...opts, streamUrl }
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: a query is its name
  const client = useMemo(
    () => createHookClient(convex, getPersistentBody, () => drive.current),
    [convex, getFunctionName(getPersistentBody)],
  )
  const { text, ...state } = useTextStream(client, streamId, { driven })
  const status = toStatus(state)
  return useMemo(() => ({ text, status }), [text, status])
}
