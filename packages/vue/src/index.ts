export * from '@keepstream/core'
export { provideStreamClient, StreamPlugin, useStreamClient } from './stream-client'
export {
  type UseFoldOptions,
  type UseFoldResult,
  type UseStreamOptions,
  type UseStreamResult,
  useStream,
} from './use-stream'
