import { afterAll, beforeAll, describe } from 'vitest'
import { findPostgres } from '../runner/postgres.mjs'
import { type PostgresServer, startPostgres } from '../support/postgres-server'
import { describePlayground } from './describe-playground'
import { describeRandom } from './describe-random'
import { describeRoles } from './describe-roles'

describe.skipIf(findPostgres() === undefined)('a real Postgres server', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ max_connections: '300' })
  })
  afterAll(() => server?.stop())

  // Streams have ids of their own, so that all tests may share the tables.
  const open = async () => ({ address: server.url, close: async () => undefined })
  describeRoles('Postgres', open, { isShort: true })
  describeRandom('Postgres', open)
  describePlayground('Postgres', () => server.url)
})
