export type { BackOff } from './back-off'
export type { Environment } from './environment'
export {
  isStreamError,
  SourceError,
  type SourceErrorCode,
  type SourceErrorFacts,
  StreamError,
  type StreamErrorCode,
} from './errors'
export { keepClient, reportClient } from './keep-client'
export { type KeepstreamOptions, keepstream } from './keepstream'
export { type DecodedEvent, type FetchLiveOptions, fetchLive } from './live'
export type { SseEvent } from './read-sse'
export type { FetchLike, HeadersRequest, HeadersSource, RequestOptions } from './request'
export { type FetchSnapshotOptions, fetchSnapshot } from './snapshot'
export {
  type AttachOptions,
  createStreamClient,
  type StreamClient,
  type StreamClientOptions,
  stateOf,
  type TextStream,
} from './stream-client'
export type {
  Chunk,
  Connection,
  End,
  Initial,
  LiveSink,
  LiveSource,
  PhaseEvent,
  PieceEvent,
  Snapshot,
  SnapshotFetcher,
  SnapshotSource,
  SnapshotSubscription,
  SnapshotTail,
  SourceRequest,
  StopSource,
  StreamEvent,
  StreamSources,
  StreamState,
  StreamStatus,
  SubscriptionSink,
  TailSink,
  TerminalStatus,
} from './types'
