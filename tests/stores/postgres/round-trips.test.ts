import type { PoolClient } from 'pg'
import { expect, it } from 'vitest'
import { roundTripsOfActs, roundTripsOfStream } from '../support/round-trips'
import { describeWithServer, openPool, openStore } from './with-server'

describeWithServer('statements of a Postgres store', (server) => {
  function opened(schema: string, now?: () => number) {
    const pool = openPool(server().url)
    let statements = 0
    pool.on('connect', (client: PoolClient) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown
      client.query = ((...args: unknown[]) => {
        if (!String(args[0]).includes('pg_notify')) statements += 1
        return query(...args)
      }) as typeof client.query
    })
    const take = () => {
      const taken = statements
      statements = 0
      return taken
    }
    return { store: openStore({ client: pool, schema, ...(now && { now }) }), take }
  }

  it('PG12 each act takes one, and two only where it must read first', async () => {
    let now = 1_700_000_000_000
    const advance = (ms: number) => {
      now += ms
    }
    const { store, take } = opened('acts', () => now)
    expect(await roundTripsOfActs(store, take, advance)).toEqual({
      create: 1,
      claim: 1,
      'claim again': 2,
      'claim, busy': 1,
      append: 1,
      'append, conflict': 2,
      beat: 1,
      stop: 1,
      'stop, pending': 2,
      close: 1,
      'close again': 2,
      'claim, ended': 1,
      'expire, kept': 1,
      expire: 2,
      'take over': 2,
      read: 1,
      meta: 1,
      heads: 1,
      delete: 1,
      'claim, gone': 1,
    })
  })

  it('PG12 a small stream takes three from its creation to its end, one more for each slice, and one more if it is followed here', async () => {
    const { store, take } = opened('streams')
    const answer = { slices: [], rest: 'One sentence. And another one.', isFollowed: false }
    const sliced = { ...answer, slices: ['One sentence. '], rest: 'And another one.' }
    // The first stream creates the tables.
    await roundTripsOfStream(store, take, sliced)
    expect(await roundTripsOfStream(store, take, answer)).toBe(3)
    expect(await roundTripsOfStream(store, take, sliced)).toBe(4)
    expect(await roundTripsOfStream(store, take, { ...answer, isFollowed: true })).toBe(4)
    expect(await roundTripsOfStream(store, take, { ...sliced, isFollowed: true })).toBe(5)
  })
})
