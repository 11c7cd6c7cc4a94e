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
 * Replaces the component's own hook, with the same arguments and the same result. It uses the Convex client of the
 * `<ConvexProvider>` above.
 *
 * Only the id selects the stream, and the stream keeps its first Convex client. A new `URL`, new headers or a new token on
 * each render restart nothing, and are used from the next attempt on. While nothing changes, it returns the same object.
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

  // How to drive, if that is needed. (Effects run in order, so this is set before the binding reads.)
  const drive = useRef({ ...opts, streamUrl })
  useEffect(() => {
    drive.current = { ...opts, streamUrl }
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: the name identifies the query
  const client = useMemo(
    () => createHookClient(convex, getPersistentBody, () => drive.current),
    [convex, getFunctionName(getPersistentBody)],
  )
  const { text, ...state } = useTextStream(streamId, { client, start: driven })
  const status = toStatus(state)
  return useMemo(() => ({ text, status }), [text, status])
}
