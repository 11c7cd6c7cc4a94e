import type { StoreMoment, StreamRecord } from './record'

/** A row of the text, stored as one. Never empty. */
export interface TextRow {
  readonly start: number
  readonly text: string
}

/** What an act may do while it alone sees the store. All of it is synchronous, so that nothing can come between. */
export interface StoreTransaction {
  load(id: string): StreamRecord | undefined
  /** The records of those that exist, in any order. */
  loadAll(ids: readonly string[]): readonly StreamRecord[]
  /** What was given to `insert`. */
  meta(id: string): string
  /** `meta` is JSON. */
  insert(record: StreamRecord, meta: string): void
  update(record: StreamRecord): void
  /** Removes the record and all of its text. */
  remove(id: string): void
  addRow(id: string, row: TextRow): void
  /** The rows that hold text between `from` and `to`, in order; they may reach beyond at both ends. */
  rows(id: string, from: number, to: number): readonly TextRow[]
  /** The ids of the streams whose end, as `endOf` has it, is before a moment; the earliest first. */
  endedBefore(before: number, limit: number, moment: StoreMoment): readonly string[]
}

/** Where {@link transactionalStore} keeps its streams. */
export interface TransactionalBackend {
  /**
   * Runs `body` alone and makes what it did durable before it resolves; all of it or, when `body` throws, nothing.
   * `body` may be run again if the first attempt left nothing behind.
   */
  transact<T>(mode: 'read' | 'write', body: (transaction: StoreTransaction) => T): Promise<T>
  /**
   * Throws if the next process could not find what is written now: a file that was deleted or replaced while it is open
   * takes every write and keeps none. Called inside a transaction.
   *
   * @param act `begin`: a stream begins, and the next transaction may open the place anew. `end`: one ends, so that the
   * place it was written to stays open for its readers.
   * @throws {StreamsError} `corrupt`
   */
  checkPlace?(act: 'begin' | 'end'): void
  /** After streams were removed: erases what they left behind outside of the tables. */
  erase?(): Promise<void>
  close?(): Promise<void>
}
