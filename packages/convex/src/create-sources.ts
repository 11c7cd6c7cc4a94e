import type { LiveSource, SnapshotSubscription } from '@keepstream/core'
import { bodySubscription } from './body-subscription'
import { type Drive, httpAction } from './http-action'
import type { ConvexClientLike, StreamBodyQuery } from './types'

export interface ConvexSources {
  readonly live: LiveSource
  readonly snapshot: SnapshotSubscription
}

/** `driveOf` says how the stream of an id is driven, when it is; `undefined`, that nobody is left who would. */
export function createSources(
  convex: ConvexClientLike,
  getStreamBody: StreamBodyQuery,
  driveOf: (id: string) => Drive | undefined,
): ConvexSources {
  /** Why a drive failed, until whoever follows instead has been told. */
  const failures = new Map<string, unknown>()
  return {
    live: httpAction(driveOf, failures),
    snapshot: bodySubscription(convex, getStreamBody, failures),
  }
}
