export * from '@keepstream/core'
export { getStreamClient, setStreamClient } from './stream-client'
export {
  type UseFoldOptions,
  type UseFoldResult,
  type UseStreamOptions,
  type UseStreamResult,
  useStream,
} from './use-stream'
