export * from '@keepstream/core'
export { type UseStreamOptions, type UseStreamResult, useStream } from './use-stream'
