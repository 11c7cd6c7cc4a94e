import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openConnections } from '../../../packages/server/src/stores/postgres/connection/open-client'
import { kitCases } from '../../../packages/server/tests/stores/kit-cases'
import { schemaTarget } from '../../../packages/server/tests/stores/schema-target'
import { until } from '../../support/until'
import { ask, describeWithServer, openPool, openSql, openStore, start, ways } from './with-server'

describeWithServer('the sessions of a Postgres store', (server) => {
  for (const [name, way] of Object.entries(ways)) {
    it(`do not pile up behind a lock, and nothing that timed out is stored twice, ${name}`, async () => {
      const schema = 'locked'
      const id = `locked ${name}`
      await start(openStore({ url: server().url, schema }), id)
      const store = openStore({ ...way(server().url), schema, timeoutMs: 300 })
      await until(() => store.heads([id]).then(Boolean, () => false))
      const other = new pg.Client(server().url)
      await other.connect()
      onTestFinished(() => other.end())
      await other.query(`BEGIN; LOCK TABLE ${schema}.keepstream_streams IN ACCESS EXCLUSIVE MODE`)
      const sessions = await countSessions(server().url)
      const reasons: unknown[] = []
      for (let attempt = 0; attempt < 15; attempt += 1) {
        await store
          .append(id, { epoch: 1, offset: 0, text: 'late' })
          .catch((error: Error) => reasons.push(error.message))
      }
      expect(reasons).toHaveLength(15)
      expect(reasons).toContainEqual(expect.stringContaining('timeoutMs'))
      expect(await countSessions(server().url)).toBeLessThan(sessions + 8)
      await other.query('COMMIT')
      await until(async () => {
        const result = await store.append(id, { epoch: 1, offset: 0, text: 'late' }).catch(() => undefined)
        return result !== undefined
      })
      expect((await store.read(id, 0, 100))?.text).toBe('late')
    })

    it(`create the tables once when many stores start at once, ${name}`, async () => {
      const schema = `many_${Object.keys(ways).indexOf(name)}`
      const stores = Array.from({ length: 6 }, () => openStore({ ...way(server().url), schema }))
      const results = await Promise.all(stores.map((store) => store.create('one', null)))
      expect(results.filter((result) => result === 'created')).toHaveLength(1)
      expect(await ask(server().url, `SELECT version FROM ${schema}.keepstream_schema`)).toEqual([{ version: 1 }])
    })
  }

  describe('if every transaction is serializable', () => {
    const url = () => server().url.replace('keepstream@', 'strict@')
    const create = async () => {
      await ask(
        server().url,
        `DO $$ BEGIN
          IF to_regrole('strict') IS NULL THEN
            CREATE ROLE strict LOGIN SUPERUSER;
            ALTER ROLE strict SET default_transaction_isolation = 'serializable';
          END IF;
        END $$`,
      )
      return schemaTarget(
        'strict',
        () => ({ url: url() }),
        (statement) => ask(server().url, statement),
      )
    }
    const cases = kitCases({ create }).filter(({ key }) => key.startsWith('concurrency/'))
    expect(cases.length).toBeGreaterThan(3)
    for (const { name, run } of cases) it(name, run)
  })

  it('are closed with the store that opened them, also the one that listens', async () => {
    const before = await countSessions(server().url)
    const store = openStore({ url: server().url })
    store.watch(() => undefined)
    await Promise.all(Array.from({ length: 5 }, (_, i) => store.create(`closing ${i}`, null)))
    expect(await countSessions(server().url)).toBeGreaterThan(before)
    await store.dispose()
    await until(async () => (await countSessions(server().url)) <= before)
  })

  it('of a given client stay open', async () => {
    const pool = openPool(server().url)
    const sql = openSql(server().url)
    for (const client of [pool, sql]) {
      const store = openStore({ client })
      store.watch(() => undefined)
      await store.create('given', null)
      await store.dispose()
    }
    expect((await pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    expect([...(await sql`SELECT 1 AS n`)]).toEqual([{ n: 1 }])
  })

  it('do not take the only connection of a pool to listen', async () => {
    const pool = openPool(server().url, 1)
    const store = openStore({ client: pool })
    store.watch(() => undefined)
    await Promise.all(Array.from({ length: 10 }, (_, i) => store.create(`single ${i}`, null)))
    expect(await store.heads(['single 0', 'single 9'])).toHaveLength(2)
  })

  it('measure leases by the clock of the database, not of this process', async () => {
    const store = openStore({ url: server().url })
    await start(store, 'clock')
    const future = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1e9)
    onTestFinished(() => future.mockRestore())
    expect((await store.heads(['clock']))[0]).toMatchObject({ isLapsed: false })
    await start(store, 'short', 'owner', 1)
    await until(async () => (await store.heads(['short']))[0]?.isLapsed === true)
  })

  it('are opened by postgres.js if pg is not installed, and by none if neither is', async () => {
    const options = { url: server().url, listenUrl: false, timeoutMs: 5_000, maxConnections: 2 } as const
    const missing = { type: 'pg', module: 'keepstream-has-no-such-client' } as const
    const database = await openConnections(options, [missing, { type: 'postgres', module: 'postgres' }])
    expect(await database.query('SELECT $1::text AS word', ['kept']).rows).toMatchObject([{ word: 'kept' }])
    await database.close()
    await expect(openConnections(options, [missing])).rejects.toMatchObject({
      message: expect.stringMatching(/npm install pg, or postgres.*postgresStore\(\{ client \}\)/s),
      cause: { errors: [expect.any(Error)] },
    })
  })

  it('refuse tables that a newer version wrote, and do not change them', async () => {
    await ask(server().url, 'CREATE SCHEMA newer')
    await ask(server().url, 'CREATE TABLE newer.keepstream_schema AS SELECT 99 AS version')
    const store = openStore({ url: server().url, schema: 'newer' })
    await expect(store.create('a', null)).rejects.toThrow(/schema 99.*newer @keepstream\/server.*Update/s)
    const tables = await ask(server().url, `SELECT tablename FROM pg_tables WHERE schemaname = 'newer'`)
    expect(tables).toEqual([{ tablename: 'keepstream_schema' }])
  })

  it('need no right to create anything once the tables exist', async () => {
    await openStore({ url: server().url, schema: 'granted' }).create('a', 'meta')
    await ask(server().url, 'CREATE ROLE writer LOGIN')
    await ask(server().url, 'GRANT USAGE ON SCHEMA granted TO writer')
    await ask(server().url, 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA granted TO writer')
    const url = server().url.replace('keepstream@', 'writer@')
    const store = openStore({ url, schema: 'granted' })
    await start(store, 'b')
    expect(await store.append('b', { epoch: 1, offset: 0, text: 'x' })).toMatchObject({ type: 'ok' })
    expect(await store.readMeta('a')).toBe('meta')
    expect(await store.delete('a')).toBe(true)
  })

  it('report why a database cannot be reached, and try again in the next act', async () => {
    await ask(server().url, 'CREATE ROLE stranger')
    const store = openStore({ url: server().url.replace('keepstream@', 'stranger@'), schema: 'strange' })
    await expect(store.heads(['a'])).rejects.toThrow(/stranger.*not permitted to log in/)
    await ask(server().url, 'ALTER ROLE stranger LOGIN')
    await ask(server().url, 'GRANT CREATE ON DATABASE postgres TO stranger')
    expect(await store.heads(['a'])).toEqual([])
  })

  it('refuse a database that cannot store every text', async () => {
    await ask(server().url, `CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0`)
    const store = openStore({ url: server().url.replace(/postgres$/, 'latin') })
    await expect(store.create('a', null)).rejects.toThrow(/UTF8.*LATIN1/)
  })
})

async function countSessions(url: string): Promise<number> {
  const [row] = await ask(
    url,
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  )
  return Number(row?.['n'])
}
