import { type PostgresStoreOptions, postgresStore } from '@keepstream/server/postgres'
import { expect, it } from 'vitest'
import { nameClient } from '../../src/stores/postgres/connection/client'

const method = () => undefined
const url = 'postgres://localhost/x'

it('refuses invalid options', () => {
  const wrong: [object, RegExp][] = [
    [{}, /either \{ url \}.*\{ client \}/],
    [{ url: '' }, /either \{ url \}/],
    [{ url, client: { query: method, exec: method, listen: method } }, /either \{ url \}/],
    [{ client: {} }, /Pool of pg.*postgres\.js.*PGlite/],
    [{ client: { query: method, connect: method } }, /single Client of pg does not work/],
    [{ url, schema: 'a"; DROP' }, /schema.*plain name/],
    [{ url, schema: 'a'.repeat(41) }, /at most 40/],
    [{ url, timeoutMs: 0 }, /timeoutMs.*0/],
    [{ url, pendingMs: Number.NaN }, /pendingMs.*NaN/],
    [{ url, now: 5 }, /'postgresStore[.]now'.*function/],
    [undefined as never, /either \{ url \}/],
    [{ url, maxConnections: 0.5 }, /maxConnections.*0\.5/],
    [{ url, listenUrl: '' }, /listenUrl.*false/],
    [{ connectionString: url }, /'postgresStore[.]connectionString' cannot be used.*url/],
  ]
  for (const [options, message] of wrong) expect(() => postgresStore(options as PostgresStoreOptions)).toThrow(message)
})

it('shows no part of a connection string in an error', () => {
  const secret = { url: 'postgres://ada:secret@db/x', schema: 'a b' }
  expect(() => postgresStore(secret)).toThrow(expect.not.objectContaining({ message: expect.stringMatching('secret') }))
})

it('opens nothing before the first act', async () => {
  const store = postgresStore({ url: 'postgres://nobody@127.0.0.1:1/none' })
  await store.dispose()
})

it('recognises clients by their methods', () => {
  const sql = Object.assign(() => undefined, { unsafe: method, listen: method })
  expect(nameClient(sql)?.type).toBe('postgres')
  expect(nameClient({ query: method, connect: method, totalCount: 0, options: {} })?.type).toBe('pg')
  expect(nameClient({ query: method, exec: method, listen: method })?.type).toBe('pglite')
  for (const other of [undefined, null, 'url', {}, method, { query: method }]) expect(nameClient(other)).toBeUndefined()
})
