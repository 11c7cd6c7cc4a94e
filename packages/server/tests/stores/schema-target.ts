import { type PostgresClient, type PostgresStoreOptions, postgresStore } from '@keepstream/server/postgres'
import type { StoreTarget } from '@keepstream/server/testkit'
import { connectedTarget } from './connected-target'

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
  const target = await connectedTarget(
    (now) => postgresStore({ ...open(), schema, now } as PostgresStoreOptions),
    () =>
      admin(`DO $$ BEGIN
        IF to_regclass('${schema}.keepstream_streams') IS NOT NULL THEN
          TRUNCATE ${schema}.keepstream_streams CASCADE;
        END IF;
      END $$`),
  )
  return {
    ...target,
    async loseText(id, chunk) {
      const text = `FROM ${schema}.keepstream_pieces WHERE stream_key =
        (SELECT key FROM ${schema}.keepstream_streams WHERE id = '${id.replaceAll("'", "''")}')`
      await admin(`DELETE ${text} AND start = (SELECT ${chunk === 'first' ? 'min' : 'max'}(start) ${text})`)
    },
  }
}
