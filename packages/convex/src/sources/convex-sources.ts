import { StreamError } from '@keepstream/core'
import type { ConvexClientLike, StreamBodyQuery } from '../types'
import { type ConvexSources, createSources } from './create-sources'
import type { Drive } from './http-action'

export interface ConvexSourcesOptions extends Drive {
  /** The app's query that returns the component's `getStreamBody`, such as `api.chat.getChatBody`. */
  readonly getStreamBody: StreamBodyQuery
}

/**
 * The sources for an app with the Convex component: `createStreamClient(convexSources(convex, …))`.
 *
 * Driving is one POST to the HTTP action. The client never repeats it by itself: the component returns 205 to a late driver,
 * which then follows. The client subscribes to the query while there is no live connection, and at the end of one, because
 * only the database has the final status of a text.
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
