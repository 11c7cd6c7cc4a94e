export type SqlValue = string | number | boolean | null
export type Row = Readonly<Record<string, unknown>>

/** A Postgres database, whichever client asks it. */
export interface Database {
  /**
   * One statement, and so one transaction. Rejects with the client's own error or, when there was no answer in time, with
   * `store`; both leave open whether it was done.
   */
  query(text: string, values: readonly SqlValue[], options?: QueryOptions): Promise<readonly Row[]>
  /** `undefined` where the client cannot listen. */
  readonly subscribe: Subscribe | undefined
  /** Lets go of what was opened here; what was lent stays open. */
  close(): Promise<void>
}

export interface QueryOptions {
  /** It changes nothing, and so may be asked again when its answer was lost. @default false */
  readonly isRead?: boolean
}

/**
 * Listens on a channel; resolves once it does, with what ends it. After that `onLost` is called once if it was lost, unless
 * the client listens anew by itself.
 */
export type Subscribe = (
  channel: string,
  onPayload: (payload: string) => void,
  onLost: () => void,
) => Promise<() => Promise<void>>
