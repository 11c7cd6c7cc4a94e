import type { ListRequest } from '../../store/stream-store'
import type { StreamRecord } from './record'

/** A stored part of the text. Never empty. */
export interface TextRow {
  readonly start: number
  readonly text: string
}

/** What an act can do while no other act runs. All calls are synchronous, so that no other act can run in between. */
export interface StoreTransaction {
  load(id: string): StreamRecord | undefined
  /** The records that exist, in any order. */
  loadAll(ids: readonly string[]): readonly StreamRecord[]
  /** The records that `isListed` finds, in the order of `compareListed`. */
  list(request: ListRequest): readonly StreamRecord[]
  /** The JSON that was passed to `insert`. */
  meta(id: string): string
  /** `meta` is JSON. */
  insert(record: StreamRecord, meta: string): void
  update(record: StreamRecord): void
  /** Removes the record and its text. */
  remove(id: string): void
  addRow(id: string, row: TextRow): void
  /** The rows with text between `from` and `to`, in order. The first and the last may reach beyond it. */
  rows(id: string, from: number, to: number): readonly TextRow[]
  /** The ids of the streams whose `endOf` is at or before a moment, the earliest first. */
  endedBy(moment: number, limit: number): readonly string[]
}

/** Where {@link transactionalStore} keeps its streams. */
export interface TransactionalBackend {
  /**
   * Runs `body` alone and makes its changes durable before it resolves. If `body` throws, it changes nothing. It may run
   * `body` again after an attempt that changed nothing.
   */
  transact<T>(mode: 'read' | 'write', body: (transaction: StoreTransaction) => T): Promise<T>
  /**
   * Throws if a new process could not find what is written now: a file that was deleted or replaced while it is open
   * accepts every write and keeps none. Called inside a transaction.
   *
   * @param act `begin`: a stream begins, and the next transaction may open the file again. `end`: a stream ends, so the
   * open file stays open for its readers.
   * @throws {StreamServerError} `corrupt`
   */
  checkFile?(act: 'begin' | 'end'): void
  /** Called after streams were removed. Erases what is left of them outside the tables. */
  erase?(): Promise<void>
  close?(): Promise<void>
}
