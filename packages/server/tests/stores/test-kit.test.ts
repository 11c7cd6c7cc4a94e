import { type StoreTarget, storeTestKit } from '@keepstream/server/testkit'
import { describe, expect, it } from 'vitest'
import type { StreamStore } from '../../src/store/stream-store'
import { fixedTarget } from './fixed-target'

const withoutReopen = ['reopen/text', 'reopen/owner', 'reopen/deleted']

describe('storeTestKit', { timeout: 30_000 }, () => {
  it('fails a case that the store cannot pass and that is not omitted', async () => {
    const kit = storeTestKit({ create: () => fixedTarget() })
    await expect(caseOf(kit, 'reopen/text').run()).rejects.toThrow('cannot be reopened')
  })

  it('fails an omitted case that the store can pass', async () => {
    const kit = storeTestKit({ create: () => fixedTarget(), omit: ['append/grows', ...withoutReopen] })
    await expect(caseOf(kit, 'append/grows').run()).rejects.toThrow(/"append\/grows" is omitted, but .* can do it/)
    await expect(caseOf(kit, 'reopen/text').run()).resolves.toBeUndefined()
  })

  it('refuses an omitted key that no case has', () => {
    const options = { create: () => fixedTarget(), omit: ['append/typo'] }
    expect(() => storeTestKit(options)).toThrow(/do not exist: append\/typo\. There are: .*append\/grows/)
  })

  it('has a different key for every case', () => {
    const keys = storeTestKit({ create: () => fixedTarget() }).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('disposes every target, also after a failure', async () => {
    let open = 0
    const create = async (): Promise<StoreTarget> => {
      open += 1
      const target = await fixedTarget()
      return {
        ...target,
        async dispose() {
          open -= 1
          await target.dispose()
        },
      }
    }
    const kit = storeTestKit({ create })
    await caseOf(kit, 'append/grows').run()
    await caseOf(kit, 'reopen/text')
      .run()
      .catch(() => {})
    expect(open).toBe(0)
  })

  it('reports the seed of a failed random history, and plays the same one again with it', async () => {
    const create = () => fixedTarget((store) => ({ ...store, delete: async (id) => !(await store.delete(id)) }))
    const failures = await Promise.all(
      [7, 7].map((seed) => caseOf(storeTestKit({ create, seed }), 'model/random').run().catch(String)),
    )
    expect(failures[0]).toContain('storeTestKit({ seed: 7 })')
    expect(failures[1]).toBe(failures[0])
  })

  // Each flaw has the key of the case that must catch it.
  const broken: Record<string, (store: StreamStore) => Partial<StreamStore>> = {
    'create/exists: forgets that an id exists': (store) => ({
      create: async (id, meta, request) => {
        await store.delete(id)
        return store.create(id, meta, request)
      },
    }),
    'create/epoch: begins every stream at epoch 0': (store) => ({
      create: (id, meta, request) => store.create(id, meta, { ...request, epoch: 0 }),
    }),
    'list/owner-and-group: forgets the owner': (store) => ({
      create: (id, meta, request) => store.create(id, meta, { ...request, owner: undefined }),
    }),
    'list/filters: lists streams with any status': (store) => ({
      list: (request) => store.list({ ...request, statuses: undefined }),
    }),
    'list/pages: skips streams that were created in the same millisecond as the last of a page': (store) => ({
      async list({ after, ...request }) {
        const listed = await store.list({ ...request, limit: 1_000 })
        return listed.filter(({ createdAt }) => !after || createdAt < after.createdAt).slice(0, request.limit)
      },
    }),
    'create/meta-refused: stores something else for a meta that is not JSON': (store) => ({
      create: (id, meta, request) => store.create(id, typeof meta === 'bigint' ? Number(meta) : meta, request),
    }),
    'claim/repeated: gives the same owner a new epoch': (store) => ({
      claim: (id, request) => store.claim(id, { ...request, owner: `${request.owner}${Math.random()}` }),
    }),
    'claim/take-over-early: lets any owner take over': (store) => ({
      claim: (id, request) => store.claim(id, { ...request, leaseMs: 0 }),
    }),
    'claim/take-over: never lets an owner take over': (store) => ({
      claim: (id, request) => store.claim(id, { ...request, canTakeOver: false }),
    }),
    'append/repeated: appends at any tail': (store) => ({
      append: async (id, request) => {
        const offset = (await store.heads([id]))[0]?.offset ?? 0
        return store.append(id, { ...request, offset })
      },
    }),
    'claim/fenced: does not fence an older epoch': (store) => ({
      append: async (id, request) => {
        const epoch = (await store.heads([id]))[0]?.epoch ?? 0
        return store.append(id, { ...request, epoch })
      },
    }),
    'append/exact: drops a byte order mark': (store) => ({
      read: async (id, offset, max) => {
        const range = await store.read(id, offset, max)
        return range && { ...range, text: range.text.replace(/^\ufeff/, '') }
      },
    }),
    'beat/renews: does not renew the lease by a heartbeat': (store) => ({
      beat: async (id) => {
        const head = (await store.heads([id]))[0]
        if (head === undefined) return { type: 'gone' }
        return { type: 'ok', offset: head.offset, stopRequested: head.stopRequested }
      },
    }),
    'close/text-and-status: loses the last text of a close': (store) => ({
      close: (id, request) => store.close(id, { ...request, text: '' }),
    }),
    'close/repeated: refuses a repeated close': (store) => {
      const closed = new Set<string>()
      return {
        close: async (id, request) => {
          if (closed.has(id)) return { type: 'gone' }
          closed.add(id)
          return store.close(id, request)
        },
      }
    },
    'expire/early: expires any stream': (store) => ({
      expire: async (id, epoch) => {
        const head = (await store.heads([id]))[0]
        if (head?.epoch === epoch) {
          await store.close(id, { epoch, offset: head.offset, text: '', status: 'timeout' })
        }
        return store.expire(id, epoch)
      },
    }),
    'claim/first: returns null as the meta of every stream': (store) => ({
      claim: async (id, request) => {
        const claim = await store.claim(id, request)
        return claim.type === 'claimed' ? { ...claim, meta: null } : claim
      },
    }),
    'claim/stop-kept: resumes a stream with a requested stop': (store) => ({
      claim: async (id, request) => {
        const claim = await store.claim(id, request)
        if (claim.type !== 'terminal' || claim.head.stopRequested === false) return claim
        return { type: 'claimed', epoch: claim.head.epoch + 1, offset: claim.head.offset, meta: null }
      },
    }),
    'expire/stopped: ends a lapsed stream with a requested stop as timeout': (store) => ({
      expire: async (id, epoch) => {
        const result = await store.expire(id, epoch)
        const isStopped = result.type !== 'gone' && result.head.status === 'stopped'
        return isStopped ? { ...result, head: { ...result.head, status: 'timeout' } } : result
      },
    }),
    'concurrency/expire: tells every caller that it ended the stream': (store) => ({
      expire: async (id, epoch) => {
        const result = await store.expire(id, epoch)
        return result.type === 'gone' ? result : { ...result, type: 'expired' }
      },
    }),
    'stop/streaming: ignores the stop request': (store) => ({
      requestStop: async (id) => (await store.heads([id]))[0],
    }),
    'sweep/limit: sweeps without a limit': (store) => ({
      sweep: ({ olderThanMs }) => store.sweep({ olderThanMs, limit: 1_000 }),
    }),
    'sweep/recent: sweeps streams that have just ended': (store) => ({
      sweep: ({ limit }) => store.sweep({ olderThanMs: 0, limit }),
    }),
    'sweep/lapsed: does not sweep lapsed streams': () => ({ sweep: async () => [] }),
    'sweep/living: sweeps every stream': (store) => ({
      sweep: async ({ olderThanMs, limit }) => {
        for (const id of ['stream-1', 'stream-2']) await store.requestStop(id)
        await store.close('stream-1', { epoch: 1, offset: 3, text: '', status: 'stopped' })
        return store.sweep({ olderThanMs, limit })
      },
    }),
    'watch/own-changes: never notifies': () => ({ watch: () => () => {} }),
    'delete/gone: keeps deleted streams': () => ({ delete: async () => true }),
    'dispose/acts: still works after it was disposed': () => ({ dispose: async () => {} }),
  }
  for (const [name, breakStore] of Object.entries(broken)) {
    const [key = '', flaw] = name.split(': ')
    it(`catches with ${key} a store that ${flaw}`, async () => {
      const create = () => fixedTarget((store) => ({ ...store, ...breakStore(store) }))
      await expect(caseOf(storeTestKit({ create }), key).run()).rejects.toThrow()
    })
  }

  it('passes the store without the flaws', async () => {
    const create = () => fixedTarget((store) => ({ ...store }))
    for (const { run } of storeTestKit({ create, omit: withoutReopen, seed: 1 })) {
      await expect(run()).resolves.toBeUndefined()
    }
  })
})

function caseOf(kit: ReturnType<typeof storeTestKit>, key: string) {
  const found = kit.find((candidate) => candidate.key === key)
  if (found === undefined) throw new Error(`no case ${key}`)
  return found
}
