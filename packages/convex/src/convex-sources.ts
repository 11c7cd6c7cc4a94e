import { StreamError } from '@keepstream/core'
import { type ConvexSources, createSources } from './create-sources'
import type { Drive } from './http-action'
import type { ConvexClientLike, StreamBodyQuery } from './types'

export interface ConvexSourcesOptions extends Drive {
  /** The app's query that returns the component's `getStreamBody`, such as `api.chat.getChatBody`. */
  readonly getStreamBody: StreamBodyQuery
}

/**
 * The sources for an app with the Convex component: `createStreamClient(convexSources(convex, …))`.
 *
 * Driving is one POST to the HTTP action, and never repeated unasked: the component answers whoever comes late with 205,
 * and that reader follows. The query is subscribed to while there is no live connection, and at the end of one, since only
 * the database tells how a text ended.
 *
 * @throws {StreamError} `invalid-option`
 */
export function convexSources(
  convex: ConvexClientLike,
  { getStreamBody, ...drive }: ConvexSourcesOptions,
): ConvexSources {
  if (!('onUpdate' in convex || 'watchQuery' in convex))
    throw invalid('convexSources needs a client with `onUpdate` or `watchQuery`, such as a ConvexClient')
  if (!getStreamBody) throw invalid('convexSources needs `getStreamBody`, such as api.chat.getChatBody')
  if (!drive.streamUrl) throw invalid('convexSources needs `streamUrl`, the address of the HTTP action')
  return createSources(convex, getStreamBody, () => drive)
}

function invalid(message: string) {
  return new StreamError('invalid-option', message)
}
