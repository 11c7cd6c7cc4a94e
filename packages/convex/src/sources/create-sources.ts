import type { LiveSource, SnapshotSubscription } from '@keepstream/core'
import type { ConvexClientLike, StreamBodyQuery } from '../types'
import { bodySubscription } from './body-subscription'
import { type Drive, httpAction } from './http-action'

export interface ConvexSources {
  readonly live: LiveSource
  readonly snapshot: SnapshotSubscription
}

/** `driveOf` returns how to drive the stream of an id, or `undefined` if no component wants to drive it any more. */
export function createSources(
  convex: ConvexClientLike,
  getStreamBody: StreamBodyQuery,
  driveOf: (id: string) => Drive | undefined,
): ConvexSources {
  /** Why a drive failed. It is kept until the follower has shown it. */
  const failures = new Map<string, unknown>()
  return {
    live: httpAction(driveOf, failures),
    snapshot: bodySubscription(convex, getStreamBody, failures),
  }
}
