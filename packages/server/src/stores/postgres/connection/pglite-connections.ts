import type { PgliteDatabase } from './client'
import type { Row } from './database'
import type { Connections } from './persistent-database'

/** Queries a PGlite. It has one connection and runs one statement after the other. */
export function pgliteConnections(database: PgliteDatabase): Connections {
  return {
    query: (text, values) => ({
      rows: database.query(text, [...values]).then(({ rows }) => rows as Row[]),
      giveUp() {},
    }),
    subscribe: async (channel, onPayload) => {
      // PGlite does not quote the name in its SQL.
      return database.listen(`"${channel}"`, onPayload)
    },
    close: async () => undefined,
  }
}
