import type { PgliteDatabase } from './client'
import type { Database, Row } from './database'
import { within } from './within'

/** Asks a PGlite, which has one connection and answers one question after the other. */
export function pgliteDatabase(database: PgliteDatabase, timeoutMs: number): Database {
  return {
    async query(text, values) {
      const { rows } = await within(timeoutMs, database.query(text, [...values]))
      return rows as Row[]
    },
    subscribe: async (channel, onPayload) => {
      // PGlite puts the name into its SQL as it is.
      return database.listen(`"${channel}"`, onPayload)
    },
    close: async () => undefined,
  }
}
