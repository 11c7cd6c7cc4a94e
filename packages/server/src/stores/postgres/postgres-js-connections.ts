import type { PostgresJs } from './client'
import type { Row, Subscribe } from './database'
import type { Connections } from './persistent-database'
import { refusalOf } from './refusal'
import { withinTimeout } from './within-timeout'

export type OwnedPostgresJs = PostgresJs & { end(options?: { timeout: number }): Promise<void> }

export interface PostgresJsConnectionsOptions {
  /** In use from the beginning, and its owner's; left out where the first is opened here too. */
  readonly lent?: PostgresJs
  /** Makes another; `undefined` where that cannot be done, so that what was lent has to do. */
  readonly open: (() => OwnedPostgresJs) | undefined
  readonly timeoutMs: number
  readonly subscribe: Subscribe | undefined
}

/**
 * Asks through postgres.js. It throws no single connection away when it is told to: once one of them leads nowhere any
 * more, all of them are replaced. What was lent is left to its owner then, as it is.
 */
export function postgresJsConnections({ lent, open, timeoutMs, subscribe }: PostgresJsConnectionsOptions): Connections {
  let own: OwnedPostgresJs | undefined
  let isLentSpent = lent === undefined

  function current(): PostgresJs {
    if (lent !== undefined && (!isLentSpent || open === undefined)) return lent
    own ??= (open as () => OwnedPostgresJs)()
    return own
  }

  /** @param timeoutS how long what is under way may still take */
  function replace(spent: PostgresJs, timeoutS: number): void {
    if (spent === lent) isLentSpent = true
    if (spent !== own) return
    void own.end({ timeout: timeoutS })
    own = undefined
  }

  return {
    query(text, values) {
      const sql = current()
      // `prepare` only if the client's own options allow it: a pooler in between may not.
      const query = sql.unsafe(text, [...values], { prepare: true }) as PromiseLike<Row[]> & { cancel(): unknown }
      return {
        rows: (async () => {
          try {
            return await query
          } catch (error) {
            // One that was lost it opens anew by itself.
            if (refusalOf(error) === 'elsewhere') replace(sql, timeoutMs / 1_000)
            throw error
          }
        })(),
        giveUp() {
          // A lock may be what it waits for. The outcome is unknown either way.
          Promise.resolve(query.cancel()).catch(() => undefined)
          // Those that do not answer would fill it.
          replace(sql, 0)
        },
      }
    },
    subscribe,
    close: async () => own?.end({ timeout: timeoutMs / 1_000 }),
  }
}

/** It keeps a connection for LISTEN, and listens anew by itself when that was lost. */
export function postgresJsSubscribe(sql: PostgresJs, timeoutMs: number): Subscribe {
  return async (channel, onPayload) => {
    const listening = sql.listen(channel, onPayload)
    const { unlisten } = await withinTimeout(timeoutMs, listening, () => {
      // Should it come to be after all, nobody wants it any more.
      listening.then(({ unlisten }) => unlisten()).catch(() => undefined)
    })
    return () => withinTimeout(timeoutMs, unlisten())
  }
}
