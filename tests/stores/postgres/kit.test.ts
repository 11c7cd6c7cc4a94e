import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { kitCases } from '../../../packages/server/tests/stores/kit-cases'
import { schemaTarget } from '../../../packages/server/tests/stores/schema-target'
import { findPostgres } from '../../runner/postgres.mjs'
import { type PostgresServer, startPostgres } from '../../support/postgres-server'

describe.skipIf(findPostgres() === undefined)('postgresStore on a real server', { timeout: 60_000 }, () => {
  let server: PostgresServer
  let pool: pg.Pool
  let sql: postgres.Sql
  beforeAll(async () => {
    server = await startPostgres()
    pool = new pg.Pool({ connectionString: server.url })
    sql = postgres(server.url, { onnotice: () => undefined })
  })
  afterAll(async () => {
    await pool?.end()
    await sql?.end()
    await server?.stop()
  })

  const clients = {
    'opened by itself': () => ({ url: server.url }),
    'through a Pool of pg': () => ({ client: pool }),
    'through postgres.js': () => ({ client: sql }),
  }
  for (const [name, open] of Object.entries(clients)) {
    describe(name, () => {
      const create = () => schemaTarget('kit', open, (statement) => pool.query(statement))
      for (const { name, run } of kitCases({ create, runs: 10 })) it(name, run)
    })
  }
})
