import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '../../support/until'
import { ask, describeWithServer, openStore, start } from './with-server'

describeWithServer('acts that wait for each other in Postgres', (server) => {
  it('sweep nothing whose lease was renewed while they waited', async () => {
    const store = openStore({ url: server().url, schema: 'swept' })
    await start(store, 'beaten', 'owner', 1)
    await until(async () => (await store.heads(['beaten']))[0]?.isLapsed === true)
    const other = await transaction(
      `UPDATE swept.keepstream_streams SET lease_ms = 60000, lapses_at = lapses_at + 120000, revision = revision + 1`,
    )
    const sweeping = store.sweep({ olderThanMs: 0, limit: 10 })
    await waiting()
    await other.query('COMMIT')
    expect(await sweeping).toEqual([])
    expect(await store.heads(['beaten'])).toMatchObject([{ status: 'streaming', isLapsed: false }])
  })

  it('delete also the text that was appended while they waited', async () => {
    const store = openStore({ url: server().url, schema: 'deleted' })
    await start(store, 'doomed')
    const other = await transaction(
      `WITH held AS (UPDATE deleted.keepstream_streams SET length = 1, revision = revision + 1 RETURNING key)
       INSERT INTO deleted.keepstream_pieces SELECT key, 0, 'x' FROM held`,
    )
    const deleting = store.delete('doomed')
    await waiting()
    await other.query('COMMIT')
    expect(await deleting).toBe(true)
    expect(await ask(server().url, 'SELECT * FROM deleted.keepstream_pieces')).toEqual([])
  })

  it('append nothing to a stream that was claimed again while they waited', async () => {
    const store = openStore({ url: server().url, schema: 'claimed' })
    await start(store, 'taken')
    const other = await transaction(
      `UPDATE claimed.keepstream_streams SET epoch = 2, owner = 'other', revision = revision + 1`,
    )
    const appending = store.append('taken', { epoch: 1, offset: 0, text: 'late' })
    await waiting()
    await other.query('COMMIT')
    expect(await appending).toMatchObject({ type: 'conflict', head: { epoch: 2, offset: 0 } })
    expect((await store.read('taken', 0, 10))?.text).toBe('')
  })

  it('apply the rule of a stop again when the stream has ended while they waited', async () => {
    const store = openStore({ url: server().url, schema: 'stopped' })
    await start(store, 'ended')
    const other = await transaction(
      `UPDATE stopped.keepstream_streams SET status = 'done', ended_at = 1, revision = revision + 1`,
    )
    const stopping = store.requestStop('ended')
    await waiting()
    await other.query('COMMIT')
    expect(await stopping).toMatchObject({ status: 'done', stopRequested: false })
  })

  /** An open transaction that has made a change. */
  async function transaction(statement: string): Promise<pg.Client> {
    const client = new pg.Client(server().url)
    await client.connect()
    onTestFinished(() => client.end())
    await client.query('BEGIN')
    await client.query(statement)
    return client
  }

  function waiting(): Promise<void> {
    return until(async () => {
      const rows = await ask(server().url, `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)
      return rows.length > 0
    })
  }
})
