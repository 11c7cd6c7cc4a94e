import type { PostgresJs } from './client'
import type { Row, Subscribe } from './database'
import type { Connections } from './persistent-database'
import { refusalOf } from './refusal'
import { withinTimeout } from './within-timeout'

export type OwnedPostgresJs = PostgresJs & { end(options?: { timeout: number }): Promise<void> }

export interface PostgresJsConnectionsOptions {
  /** The client of the application, used first. Left out if the store opens all clients. */
  readonly given?: PostgresJs
  /** Opens another client. `undefined` if that is not possible, so that only `given` is used. */
  readonly open: (() => OwnedPostgresJs) | undefined
  readonly timeoutMs: number
  readonly subscribe: Subscribe | undefined
}

/**
 * Queries through postgres.js. It cannot close a single connection, so once one of them is unusable, the whole client is
 * replaced. The client of the application is not closed then.
 */
export function postgresJsConnections({
  given,
  open,
  timeoutMs,
  subscribe,
}: PostgresJsConnectionsOptions): Connections {
  let own: OwnedPostgresJs | undefined
  let isGivenSpent = given === undefined

  function current(): PostgresJs {
    if (given !== undefined && (!isGivenSpent || open === undefined)) return given
    own ??= (open as () => OwnedPostgresJs)()
    return own
  }

  /** @param timeoutS how long the statements in flight may still take */
  function replace(spent: PostgresJs, timeoutS: number): void {
    if (spent === given) isGivenSpent = true
    if (spent !== own) return
    void own.end({ timeout: timeoutS })
    own = undefined
  }

  return {
    query(text, values) {
      const sql = current()
      // It only prepares if the client's options allow it: a pooler in between may not support it.
      const query = sql.unsafe(text, [...values], { prepare: true }) as PromiseLike<Row[]> & { cancel(): unknown }
      return {
        rows: (async () => {
          try {
            return await query
          } catch (error) {
            // It opens a lost connection again by itself.
            if (refusalOf(error) === 'elsewhere') replace(sql, timeoutMs / 1_000)
            throw error
          }
        })(),
        giveUp() {
          // The statement may wait for a lock. The outcome is unknown either way.
          Promise.resolve(query.cancel()).catch(() => undefined)
          // Connections that do not respond would fill the client.
          replace(sql, 0)
        },
      }
    },
    subscribe,
    close: async () => own?.end({ timeout: timeoutMs / 1_000 }),
  }
}

/** postgres.js keeps a connection for LISTEN, and listens again by itself when it is lost. */
export function postgresJsSubscribe(sql: PostgresJs, timeoutMs: number): Subscribe {
  return async (channel, onPayload) => {
    const listening = sql.listen(channel, onPayload)
    const { unlisten } = await withinTimeout(timeoutMs, listening, () => {
      // If it listens after all, stop it.
      listening.then(({ unlisten }) => unlisten()).catch(() => undefined)
    })
    return () => withinTimeout(timeoutMs, unlisten())
  }
}
