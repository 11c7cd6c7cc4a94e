import { expectEqual, expectTrue } from '../expect'
import type { CaseDefinition } from '../types'

export const watchCases: readonly CaseDefinition[] = [
  {
    key: 'watch/own-changes',
    name: 'every change through this object is hinted at once it can be read',
    async run({ store, id, leaseMs }) {
      const stream = id()
      let hints = 0
      const unwatch = store.watch((changed) => {
        if (changed === stream) hints += 1
      })
      const expectHint = async (what: string, act: Promise<unknown>): Promise<void> => {
        const before = hints
        await act
        expectTrue(hints > before, `no hint at ${what}`)
      }
      await store.create(stream, null)
      await expectHint('claim', store.claim(stream, { owner: 'a', leaseMs, canTakeOver: false }))
      await expectHint('append', store.append(stream, { epoch: 1, offset: 0, text: 'x' }))
      await expectHint('requestStop', store.requestStop(stream))
      await expectHint('close', store.close(stream, { epoch: 1, offset: 1, text: '', status: 'stopped' }))
      await expectHint('delete', store.delete(stream))
      unwatch()
    },
  },
  {
    key: 'watch/undo',
    name: 'whoever has unwatched hears nothing, the others still do',
    async run({ store, id }) {
      const heard: string[] = []
      const unwatchFirst = store.watch(() => heard.push('first'))
      const unwatchSecond = store.watch(() => heard.push('second'))
      unwatchFirst()
      unwatchFirst()
      await store.requestStop(await pending())
      expectTrue(heard.includes('second'), 'the second is not told')
      unwatchSecond()
      const before = [...heard]
      await store.requestStop(await pending())
      expectEqual(heard, before, 'hints after the undo')
      expectTrue(!heard.includes('first'), 'the first is told after its undo')

      async function pending(): Promise<string> {
        const stream = id()
        await store.create(stream, null)
        return stream
      }
    },
  },
]
