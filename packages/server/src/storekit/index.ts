export { type ChangeNotifier, createChangeNotifier } from '../stores/shared/change-notifier'
export {
  type ConditionalWrite,
  isStorable,
  type LoadedRecord,
  type OptimisticStoreOptions,
  optimisticStore,
  type RecordTable,
  type SeenRange,
  type SeenRecord,
} from '../stores/shared/optimistic-store'
export { createRecord, endOf, type StreamRecord } from '../stores/shared/record'
export type { TextRow } from '../stores/shared/transaction'
