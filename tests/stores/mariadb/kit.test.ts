import type { StoreTarget } from '@keepstream/server/testkit'
import mariadb, { type Connection } from 'mariadb'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { connectedTarget } from '../../../packages/server/tests/stores/connected-target'
import { kitCases } from '../../../packages/server/tests/stores/kit-cases'
import { findMariadb } from '../../runner/mariadb.mjs'
import { type MariadbServer, startMariadb } from '../../support/mariadb-server'
import { mariadbStore } from './mariadb-store'

describe.skipIf(findMariadb() === undefined)(
  'a store on MariaDB, written with the store kit',
  { timeout: 60_000 },
  () => {
    let server: MariadbServer
    let admin: Connection
    beforeAll(async () => {
      server = await startMariadb()
      admin = await mariadb.createConnection({ host: '127.0.0.1', port: server.port, user: 'root' })
      await admin.query('CREATE DATABASE kit')
      const store = mariadbStore({ port: server.port, database: 'kit' })
      await store.heads(['creates the tables'])
      await store.dispose()
    })
    afterAll(async () => {
      await admin?.end()
      await server?.stop()
    })

    for (const { name, run } of kitCases({ create, runs: 5 })) it(name, run)

    async function create(): Promise<StoreTarget> {
      const open = (now: () => number) => mariadbStore({ port: server.port, database: 'kit', now })
      return {
        ...(await connectedTarget(open, () => admin.query('DELETE FROM kit.streams'))),
        async loseText(id, chunk) {
          const order = chunk === 'first' ? 'ASC' : 'DESC'
          await admin.query(`DELETE FROM kit.pieces WHERE stream_id = ? ORDER BY start ${order} LIMIT 1`, [
            JSON.stringify(id),
          ])
        },
      }
    }
  },
)
