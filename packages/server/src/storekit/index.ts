export { type ChangeNotifier, createChangeNotifier } from '../stores/shared/change-notifier'
export {
  type ChangedRecord,
  type ConditionalWrite,
  isStorable,
  type LoadedRecord,
  type OptimisticStoreOptions,
  optimisticStore,
  type RecordChanges,
  type RecordTable,
  type SeenRange,
  type SeenRecord,
} from '../stores/shared/optimistic-store'
export { compareListed, createRecord, endOf, isListed, type StreamRecord } from '../stores/shared/record'
export type { TextRow } from '../stores/shared/transaction'
