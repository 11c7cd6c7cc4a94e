import { expect, it, onTestFinished } from 'vitest'
import { openConnections } from '../../../packages/server/src/stores/postgres/connection/open-client'
import { persistentDatabase } from '../../../packages/server/src/stores/postgres/connection/persistent-database'
import { sharedNotifier } from '../../../packages/server/src/stores/postgres/shared-notifier'
import { startTcpProxy } from '../../support/tcp-proxy'
import { until } from '../../support/until'
import { describeWithServer, openStore } from './with-server'

const clients = [{ type: 'pg', module: 'pg' } as const, { type: 'postgres', module: 'postgres' } as const]

describeWithServer('a connection that listens and dies without an error', (server) => {
  for (const client of clients) {
    it(`is replaced, through ${client.type}`, async () => {
      const listening = await startTcpProxy(Number(new URL(server().url).port))
      onTestFinished(() => listening.close())
      const listenUrl = server().url.replace(/:\d+\//, `:${listening.port}/`)
      const options = { url: server().url, listenUrl, timeoutMs: 1_000, maxConnections: 2 }
      const database = openConnections(options, [client]).then((connections) => persistentDatabase(connections, 1_000))
      const notifier = sharedNotifier({
        channel: 'keepstream',
        open: () => database,
        probe: { everyMs: 50, waitMs: 500 },
      })
      onTestFinished(async () => {
        await notifier.close(true)
        await (await database).close()
      })
      const received = new Set<string>()
      notifier.watch((id) => received.add(id))
      const writer = openStore({ url: server().url })
      const receives = (name: string) => {
        let count = 0
        return until(async () => {
          count += 1
          await writer.create(`${client.type} ${name} ${count}`, null)
          return [...received].some((id) => id.includes(name))
        })
      }
      await receives('before')
      expect(listening.accepted).toBe(1)

      listening.fallSilent()
      await receives('after')
      expect(listening.accepted).toBeGreaterThan(1)
    })
  }
})
