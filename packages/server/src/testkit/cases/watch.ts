import { expectEqual, expectTrue } from '../expect'
import type { CaseDefinition } from '../types'

export const watchCases: readonly CaseDefinition[] = [
  {
    key: 'watch/own-changes',
    name: 'every change through this store notifies its watchers, once it can be read',
    async run({ store, id, leaseMs }) {
      const stream = id()
      let notifications = 0
      const unwatch = store.watch((changed) => {
        if (changed === stream) notifications += 1
      })
      const expectNotification = async (what: string, act: Promise<unknown>): Promise<void> => {
        const before = notifications
        await act
        expectTrue(notifications > before, `no notification of ${what}`)
      }
      await store.create(stream, null)
      await expectNotification('claim', store.claim(stream, { owner: 'a', leaseMs, canTakeOver: false }))
      await expectNotification('append', store.append(stream, { epoch: 1, offset: 0, text: 'x' }))
      await expectNotification('requestStop', store.requestStop(stream))
      await expectNotification('close', store.close(stream, { epoch: 1, offset: 1, text: '', status: 'stopped' }))
      await expectNotification('delete', store.delete(stream))
      unwatch()
    },
  },
  {
    key: 'watch/unsubscribe',
    name: 'after unwatch, a watcher gets nothing, and the others still do',
    async run({ store, id }) {
      const received: string[] = []
      const unwatchFirst = store.watch(() => received.push('first'))
      const unwatchSecond = store.watch(() => received.push('second'))
      unwatchFirst()
      unwatchFirst()
      await store.requestStop(await pending())
      expectTrue(received.includes('second'), 'the second gets nothing')
      unwatchSecond()
      const before = [...received]
      await store.requestStop(await pending())
      expectEqual(received, before, 'notifications after unwatch')
      expectTrue(!received.includes('first'), 'the first is notified after its unwatch')

      async function pending(): Promise<string> {
        const stream = id()
        await store.create(stream, null)
        return stream
      }
    },
  },
]
