export { type ConvexSourcesOptions, convexSources } from './sources/convex-sources'
export type { ConvexSources } from './sources/create-sources'
export type {
  ConvexClientLike,
  ConvexConnectionState,
  PushingConvexClient,
  StreamBody,
  StreamBodyQuery,
  StreamId,
  WatchingConvexClient,
} from './types'
