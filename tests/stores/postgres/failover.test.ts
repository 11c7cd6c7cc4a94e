import { createStreams, type Streams } from '@keepstream/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findPostgres } from '../../runner/postgres.mjs'
import { startPostgres } from '../../support/postgres-server'
import { startTcpProxy } from '../../support/tcp-proxy'
import { until } from '../../support/until'
import { startAnswer, untilStored } from '../support/answer'
import { ask, openStore, type Way, ways } from './with-server'

describe.skipIf(findPostgres() === undefined)('a Postgres whose name leads to another server', () => {
  it('makes every process use the new primary, though the old one keeps its connections', async () => {
    const old = await started()
    const next = await old.standby()
    onTestFinished(next.stop)
    const name = await startTcpProxy(portOf(old.url))
    onTestFinished(() => name.close())
    const url = old.url.replace(/:\d+\//, `:${name.port}/`)
    const begun = await Promise.all(Object.entries(ways).map(([way, open]) => begin(way, open, url)))

    await demote(old.url)
    await until(async () => {
      const [row] = await ask(
        old.url,
        'SELECT bool_and(replay_lsn = pg_current_wal_lsn()) AS ok FROM pg_stat_replication',
      )
      return row?.['ok'] === true
    })
    await next.promote()
    const before = name.accepted
    name.leadTo(portOf(next.url))

    await Promise.all(begun.map((each) => each.goesOn()))
    // No connection to the old primary is used again, and reconnecting backs off.
    expect(name.accepted - before).toBeLessThan(60)
  })

  it('rejects in time, with the cause and the remedy, if no server takes writes', async () => {
    const { url } = await started()
    const stores = Object.values(ways).map((open) => openStore({ ...open(url), timeoutMs: 2_000 }))
    for (const store of stores) await until(() => store.heads(['a']).then(Boolean, () => false))
    await demote(url)
    const error = {
      code: 'store',
      message: expect.stringMatching(/needs the primary.*within 2000 ms/),
      cause: expect.objectContaining({ code: '25006' }),
    }
    // Reads are refused too: the data there may be old.
    const acts = stores.flatMap((store) => [store.create('b', null), store.heads(['a'])])
    for (const act of acts) act.catch(() => undefined)
    for (const act of acts) await expect(act).rejects.toMatchObject(error)
  })
})

async function started() {
  const server = await startPostgres()
  onTestFinished(server.stop)
  return server
}

/** Sessions stay open, and no statement can write any more. */
async function demote(url: string): Promise<void> {
  await ask(url, 'ALTER SYSTEM SET default_transaction_read_only = on')
  await ask(url, 'SELECT pg_reload_conf()')
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** An answer that one process produces and another follows, each with its own store. */
async function begin(name: string, way: Way, url: string) {
  const open = (): Streams => {
    const streams = createStreams({ store: openStore(way(url)), drainMs: 100, settleMs: 60_000, onError: () => {} })
    onTestFinished(() => streams.close())
    return streams
  }
  const [here, there] = [open(), open()]
  const answer = await startAnswer(here)
  answer.say('Before. ')
  await untilStored(there, answer.id, 'Before. ')
  const request = new Request('http://test.invalid/', { headers: { Accept: 'text/event-stream' } })
  const followed = (await there.read(request, answer.id)).text()
  return {
    async goesOn() {
      answer.say('After.')
      expect(await here.createStream(), name).toEqual(expect.any(String))
      await untilStored(there, answer.id, 'After.')
      answer.finish()
      expect(await answer.whole, name).toBe('Before. After.')
      expect(await followed, name).toContain('event: end')
      expect(await there.getStreamBody(answer.id), name).toMatchObject({ text: 'Before. After.', status: 'done' })
    },
  }
}
