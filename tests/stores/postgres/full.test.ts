import { postgresStore } from '@keepstream/server/postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findPostgres } from '../../runner/postgres.mjs'
import { type PostgresServer, startPostgres } from '../../support/postgres-server'
import { until } from '../../support/until'
import { openStore, ways } from './with-server'

const connections = 8

describe.skipIf(findPostgres() === undefined)('a Postgres with fewer free connections than a store may open', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ max_connections: String(connections), superuser_reserved_connections: '0' })
    const store = postgresStore({ url: server.url })
    await store.create('first', null)
    await store.dispose()
  })
  afterAll(() => server?.stop())

  for (const [name, way] of Object.entries(ways)) {
    it(`serves all acts over the free connections, ${name}`, async () => {
      await occupy(5)
      const store = openStore(way(server.url))
      const ids = Array.from({ length: 40 }, (_, i) => `${name} ${i}`)
      expect(await Promise.all(ids.map((id) => store.create(id, null)))).toEqual(ids.map(() => 'created'))
    })

    it(`makes acts wait while there is none, and reject in time with the remedy, ${name}`, async () => {
      const others = await occupy(connections)
      // One client for both: it may still connect for a statement that its store has given up, and then keeps the connection.
      const given = way(server.url)
      const impatient = openStore({ ...given, timeoutMs: 1_500 })
      await expect(impatient.heads(['first'])).rejects.toMatchObject({
        code: 'store',
        message: expect.stringMatching(/max_connections.*maxConnections.*within 1500 ms/),
        cause: expect.objectContaining({ code: '53300' }),
      })
      // Otherwise it may take a connection that becomes free. A client may still take one for the statement that was given up.
      await impatient.dispose()
      const waiting = openStore({ ...given, timeoutMs: 20_000 }).heads(['first'])
      await Promise.all(others.slice(0, 3).map((client) => client.end()))
      expect(await waiting).toHaveLength(1)
    })
  }

  /** Other sessions, which end with the test. Before, all connections are free. */
  async function occupy(count: number): Promise<pg.Client[]> {
    const clients: pg.Client[] = []
    onTestFinished(async () => {
      await Promise.all(clients.map((client) => client.end()))
    })
    while (clients.length < count) {
      // Sessions that an earlier test closed may take a moment to end.
      await until(async () => {
        const client = new pg.Client(server.url)
        client.on('error', () => undefined)
        const isConnected = await client.connect().then(...isFulfilled)
        if (isConnected) clients.push(client)
        return isConnected
      })
    }
    return clients
  }
})

const isFulfilled = [() => true, () => false] as const
