export { createStreams } from './create-streams'
export { type Environment, platformEnvironment } from './environment'
export { isStreamsError, StreamsError, type StreamsErrorCode } from './errors'
export type { FlushOptions } from './flush-schedule'
export type {
  Authorize,
  AuthorizeRequest,
  Handler,
  HandlerOptions,
  ProduceRequest,
  StreamAction,
} from './handler-options'
export type { StreamsOptions } from './options'
export type { Finish, Produced, Producer, ProducerContext } from './producer'
export type { ErrorContext, StreamsEvent } from './report'
export type {
  AppendRequest,
  ClaimRequest,
  ClaimResult,
  CloseRequest,
  CreateResult,
  StoredRange,
  StreamHead,
  StreamStore,
  SweepRequest,
  WriteResult,
} from './store'
export { type MemoryStoreOptions, memoryStore } from './stores/memory'
export type { StoppedStream, StreamBody, StreamOptions, Streams } from './streams'
export { isTerminal, type StreamStatus, type TerminalStatus } from './types'
