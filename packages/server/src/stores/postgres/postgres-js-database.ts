import type { PostgresJs } from './client'
import type { Database, Row, Subscribe } from './database'
import { within } from './within'

export interface PostgresJsDatabaseOptions {
  readonly sql: () => PostgresJs
  readonly timeoutMs: number
  readonly subscribe: Subscribe | undefined
  /** There was no answer: what was opened here is opened anew. */
  readonly onTimeout?: (sql: PostgresJs) => void
  /** Left out for a client that was lent. */
  readonly close?: () => Promise<void>
}

/** Asks through postgres.js. */
export function postgresJsDatabase(options: PostgresJsDatabaseOptions): Database {
  const { timeoutMs, subscribe, close } = options
  return {
    async query(text, values) {
      const sql = options.sql()
      // `prepare` only if the client's own options allow it: a pooler in between may not.
      const query = sql.unsafe(text, [...values], { prepare: true }) as PromiseLike<Row[]> & { cancel(): unknown }
      return within(timeoutMs, query, () => {
        // A lock may be what it waits for. The outcome is unknown either way.
        Promise.resolve(query.cancel()).catch(() => undefined)
        options.onTimeout?.(sql)
      })
    },
    subscribe,
    close: close ?? (async () => undefined),
  }
}

/** It keeps a connection for LISTEN, and listens anew by itself when that was lost. */
export function postgresJsSubscribe(sql: PostgresJs, timeoutMs: number): Subscribe {
  return async (channel, onPayload) => {
    const listening = sql.listen(channel, onPayload)
    const { unlisten } = await within(timeoutMs, listening, () => {
      // Should it come to be after all, nobody wants it any more.
      listening.then(({ unlisten }) => unlisten()).catch(() => undefined)
    })
    return () => within(timeoutMs, unlisten())
  }
}
