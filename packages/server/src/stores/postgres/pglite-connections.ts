import type { PgliteDatabase } from './client'
import type { Row } from './database'
import type { Connections } from './persistent-database'

/** Asks a PGlite, which has one connection and answers one question after the other. */
export function pgliteConnections(database: PgliteDatabase): Connections {
  return {
    query: (text, values) => ({
      rows: database.query(text, [...values]).then(({ rows }) => rows as Row[]),
      giveUp() {},
    }),
    subscribe: async (channel, onPayload) => {
      // PGlite puts the name into its SQL as it is.
      return database.listen(`"${channel}"`, onPayload)
    },
    close: async () => undefined,
  }
}
