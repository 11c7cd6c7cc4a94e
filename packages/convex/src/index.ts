export { type ConvexSourcesOptions, convexSources } from './convex-sources'
export type { ConvexSources } from './create-sources'
export type {
  ConvexClientLike,
  ConvexConnectionState,
  PushingConvexClient,
  StreamBody,
  StreamBodyQuery,
  StreamId,
  WatchingConvexClient,
} from './types'
