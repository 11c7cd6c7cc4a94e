import { type PostgresClient, type PostgresStoreOptions, postgresStore } from '@keepstream/server/postgres'
import type { StoreTarget } from '@keepstream/server/testkit'
import type { StreamStore } from '../../src/store/stream-store'

/** Queries the database without the stores. */
export type Admin = (statement: string) => Promise<unknown>

/**
 * Stores on the tables of one schema, and on a clock that the test moves. The tables are emptied after the case.
 *
 * @param open returns the client or the address of one store
 */
export async function schemaTarget(
  schema: string,
  open: () => { client: PostgresClient } | { url: string },
  admin: Admin,
): Promise<StoreTarget> {
  let now = 1_700_000_000_000
  const opened: StreamStore[] = []
  const openStore = () => {
    const store = postgresStore({ ...open(), schema, now: () => now } as PostgresStoreOptions)
    opened.push(store)
    return store
  }
  const disposeAll = async () => {
    for (const store of opened.splice(0)) await store.dispose()
  }
  return {
    store: openStore(),
    advance: (ms) => {
      now += ms
    },
    connect: async () => openStore(),
    reopen: async () => {
      await disposeAll()
      return openStore()
    },
    async loseText(id, chunk) {
      const text = `FROM ${schema}.keepstream_pieces WHERE stream_key =
        (SELECT key FROM ${schema}.keepstream_streams WHERE id = '${id.replaceAll("'", "''")}')`
      await admin(`DELETE ${text} AND start = (SELECT ${chunk === 'first' ? 'min' : 'max'}(start) ${text})`)
    },
    async dispose() {
      await disposeAll()
      await admin(`DO $$ BEGIN
        IF to_regclass('${schema}.keepstream_streams') IS NOT NULL THEN
          TRUNCATE ${schema}.keepstream_streams CASCADE;
        END IF;
      END $$`)
    },
  }
}
