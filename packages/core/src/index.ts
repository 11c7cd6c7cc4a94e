export type { Backoff } from './backoff'
export type { AttachOptions, StreamClient, StreamClientOptions, TextStream } from './client/client-types'
export { createStreamId } from './client/create-stream-id'
export { keepClient, reportClient, requireClient } from './client/keep-client'
export { createStreamClient, initialStreamState, noFold } from './client/stream-client'
export type { Environment } from './environment'
export {
  isStreamError,
  SourceError,
  type SourceErrorCode,
  type SourceErrorFacts,
  StreamError,
  type StreamErrorCode,
} from './errors'
export type { Fold, FoldedState, FoldedStream } from './fold/fold'
export { type FetchLiveOptions, fetchLive } from './sources/fetch-live'
export { type FetchSnapshotOptions, fetchSnapshot } from './sources/fetch-snapshot'
export type { DecodedEvent, EventDecoder } from './sources/http/decode-event'
export type { SseEvent } from './sources/http/read-sse'
export type { FetchLike, HeadersRequest, HeadersSource, RequestOptions } from './sources/http/request'
export { type KeepstreamOptions, keepstream } from './sources/keepstream'
export type {
  Chunk,
  Connection,
  DriveRequest,
  End,
  EndedState,
  FailedState,
  Initial,
  LiveSink,
  LiveSource,
  OpenState,
  Origin,
  PhaseEvent,
  PieceEvent,
  Retrying,
  Snapshot,
  SnapshotFetcher,
  SnapshotSource,
  SnapshotSubscription,
  SnapshotTail,
  SourceRequest,
  StopSource,
  StreamEvent,
  StreamFacts,
  StreamSources,
  StreamState,
  StreamStatus,
  SubscriptionSink,
  TailSink,
  TerminalStatus,
} from './types'
export { isTerminal } from './types'
