export * from '@keepstream/core'
export { provideStreamClient, StreamPlugin, useStreamClient } from './stream-client'
export { type UseStreamOptions, type UseStreamResult, useStream } from './use-stream'
