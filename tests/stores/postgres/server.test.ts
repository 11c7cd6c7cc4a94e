import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findPostgres } from '../../runner/postgres.mjs'
import { startPostgres } from '../../support/postgres-server'

describe.skipIf(findPostgres() === undefined)('the Postgres server that tests start', () => {
  it('keeps what was committed over a restart, and over kill -9', async () => {
    const server = await startPostgres()
    onTestFinished(server.stop)
    const ask = async (text: string) => {
      const client = new pg.Client(server.url)
      await client.connect()
      const { rows } = await client.query(text).finally(() => client.end())
      return rows
    }
    await ask('CREATE TABLE kept AS SELECT 1 AS n')
    await server.restart()
    expect(await ask('SELECT n FROM kept')).toEqual([{ n: 1 }])
    await server.kill()
    await expect(ask('SELECT n FROM kept')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.start()
    expect(await ask('SELECT n FROM kept')).toEqual([{ n: 1 }])
  })
})
