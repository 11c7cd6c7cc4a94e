import { postgresStore } from '@keepstream/server/postgres'
import { afterAll, beforeAll, describe } from 'vitest'
import { connectedTarget } from '../../packages/server/tests/stores/connected-target'
import { findPostgres } from '../runner/postgres.mjs'
import { type PostgresServer, startPostgres } from '../support/postgres-server'
import { describeHistories } from './describe-histories'

describe.skipIf(findPostgres() === undefined)('a real Postgres server', () => {
  let server: PostgresServer
  let targets = 0
  beforeAll(async () => {
    server = await startPostgres({ max_connections: '200', synchronous_commit: 'off' })
  })
  afterAll(() => server?.stop())

  describeHistories('Postgres', () => {
    const schema = `history_${++targets}`
    return connectedTarget((now) => postgresStore({ url: server.url, schema, now, maxConnections: 3 }))
  })
})
