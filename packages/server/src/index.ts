export { createStreams } from './create-streams'
export { type Environment, platformEnvironment } from './environment'
export { isStreamServerError, StreamServerError, type StreamServerErrorCode } from './errors'
export type { ErrorContext, StreamServerEvent } from './events'
export type { DriveOptions } from './http/drive'
export type {
  Authorize,
  AuthorizeContext,
  CreateContext,
  Handler,
  HandlerOptions,
  ListContext,
  StreamAction,
  StreamFacts,
} from './http/handler-options'
export type { StoppedStream } from './http/stop'
export type { CreateStreamsOptions, FlushOptions } from './options/create-streams-options'
export type { StreamScope } from './options/stream-scope'
export type { ListOptions, StreamList, StreamSummary } from './reading/list-streams'
export type { CreateStreamOptions, EnsuredStream } from './run/create-stream'
export type { Append, DriveContext, Finish, Produced, Producer, ProducerContext } from './run/producer'
export type { RunOutcome } from './run/run'
export type { StartedStream } from './run/start'
export { isTerminal, type StreamStatus, type TerminalStatus } from './store/status'
export type {
  AppendRequest,
  ClaimRequest,
  ClaimResult,
  CloseRequest,
  CreateRequest,
  CreateResult,
  ExpireResult,
  ListedStream,
  ListPosition,
  ListRequest,
  StoredEnding,
  StoredRange,
  StreamHead,
  StreamStore,
  SweepRequest,
  WriteResult,
} from './store/stream-store'
export { type MemoryStoreOptions, memoryStore } from './stores/memory'
export type { StreamBody, Streams } from './streams'
