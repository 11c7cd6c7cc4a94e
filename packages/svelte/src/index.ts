export * from '@keepstream/core'
export { getStreamClient, setStreamClient } from './stream-client'
export { type UseStreamOptions, type UseStreamResult, useStream } from './use-stream'
