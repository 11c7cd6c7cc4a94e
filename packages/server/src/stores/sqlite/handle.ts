/**
 * The part of the interface of `node:sqlite`, better-sqlite3, libsql and bun:sqlite that the store uses. Any other handle
 * with this interface works too.
 */
export interface SqliteHandle {
  /** Runs SQL without parameters. */
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

/** The parameters are positional. Both methods are synchronous. */
export interface SqliteStatement {
  run(...parameters: SqliteValue[]): unknown
  /** All rows, as objects by column name. Integers may be numbers or bigints. */
  all(...parameters: SqliteValue[]): unknown[]
}

export type SqliteValue = string | number | null
