export * from '@keepstream/core'
export { StreamProvider, type StreamProviderProps, useStreamClient } from './stream-provider'
export {
  type UseFoldOptions,
  type UseFoldResult,
  type UseStreamOptions,
  type UseStreamResult,
  useStream,
} from './use-stream'
