export type SqlValue = string | number | boolean | null
export type Row = Readonly<Record<string, unknown>>

/** A Postgres database, behind any client. */
export interface Database {
  /**
   * Runs one statement, which is one transaction. Rejects with the error of the client or, after a timeout, with `store`. In
   * both cases the statement may have been carried out.
   */
  query(text: string, values: readonly SqlValue[], options?: QueryOptions): Promise<readonly Row[]>
  /** `undefined` if the client cannot listen. */
  readonly subscribe: Subscribe | undefined
  /** Closes the connections that the store opened. A client of the application stays open. */
  close(): Promise<void>
}

export interface QueryOptions {
  /** The statement changes nothing, so it may be repeated when its result was lost. @default false */
  readonly isRead?: boolean
}

/**
 * Listens on a channel. Once it listens, it resolves with a function that stops it. If the connection is lost after that, it
 * calls `onLost` once, unless the client listens again by itself.
 */
export type Subscribe = (
  channel: string,
  onPayload: (payload: string) => void,
  onLost: () => void,
) => Promise<() => Promise<void>>
