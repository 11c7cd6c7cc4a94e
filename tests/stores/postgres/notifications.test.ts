import { createStreams } from '@keepstream/server'
import { expect, it, onTestFinished } from 'vitest'
import type { StreamStore } from '../../../packages/server/src/store/stream-store'
import { until } from '../../support/until'
import { ask, describeWithServer, openStore, start, ways } from './with-server'

describeWithServer('change notifications of a Postgres store', (server) => {
  for (const [name, way] of Object.entries(ways)) {
    it(`reach another process, and this one at once, ${name}`, async () => {
      const [here, there] = [openStore(way(server().url)), openStore(way(server().url))]
      const received = { here: listen(here), there: listen(there) }
      const id = `reached ${name}`
      await untilListening(received.there, here)
      await start(here, id)
      expect(received.here.has(id)).toBe(true)
      await until(() => received.there.has(id))
      received.there.clear()
      await here.append(id, { epoch: 1, offset: 0, text: 'x' })
      await until(() => received.there.has(id))
    })

    it(`arrive again after the connection that listens was lost, ${name}`, async () => {
      const [here, there] = [openStore(way(server().url)), openStore(way(server().url))]
      const received = listen(there)
      await untilListening(received, here)
      await until(async () => {
        const killed = await ask(
          server().url,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'listen%'`,
        )
        return killed.length > 0
      })
      // The connection of a call may be among the killed ones.
      await untilListening(received, here)
    })
  }

  it('are not needed: without listening, followers poll', async () => {
    const open = () => createStreams({ store: openStore({ url: server().url, listenUrl: false }) })
    const [here, there] = [open(), open()]
    onTestFinished(async () => {
      await Promise.all([here.close(), there.close()])
    })
    const id = await here.createStream()
    const request = new Request('http://test/', { headers: { Accept: 'text/event-stream' } })
    const followed = (await there.read(request, id)).text()
    await here.stream(new Request('http://test/', { method: 'POST' }), id, async ({ append }) => append('Polled.'))
    expect(await followed).toContain('Polled.')
    const listening = await ask(server().url, `SELECT 1 FROM pg_stat_activity WHERE query = 'LISTEN "keepstream"'`)
    expect(listening).toEqual([])
  })

  it('are received at another address if one is given', async () => {
    const [here, there] = [
      openStore({ url: server().url }),
      openStore({ ...ways['through postgres.js'](server().url), listenUrl: server().url }),
    ]
    const received = listen(there)
    await untilListening(received, here)
  })
})

function listen(store: StreamStore): Set<string> {
  const received = new Set<string>()
  onTestFinished(store.watch((id) => received.add(id)))
  return received
}

/** Creates streams until a notification of one is received. Those that are sent before the store listens are missed. */
function untilListening(received: Set<string>, store: StreamStore): Promise<void> {
  return until(async () => {
    const id = crypto.randomUUID()
    await store.create(id, null).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return received.has(id)
  })
}
