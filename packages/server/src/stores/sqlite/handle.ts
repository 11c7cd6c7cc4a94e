/**
 * What `node:sqlite`, better-sqlite3, libsql and bun:sqlite have in common, as far as it is used here. Any other handle
 * of this shape will do.
 */
export interface SqliteHandle {
  /** Runs SQL without parameters. */
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

/** Parameters are strings, numbers and `null`, by position. Both methods are synchronous. */
export interface SqliteStatement {
  run(...parameters: SqliteValue[]): unknown
  /** Every row, as an object by column name. Integers may come as numbers or as bigints. */
  all(...parameters: SqliteValue[]): unknown[]
}

export type SqliteValue = string | number | null
