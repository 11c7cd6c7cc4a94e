import type { AppendRequest, StreamHead, StreamStore } from '@keepstream/server'
import { isTerminal } from '@keepstream/server'

/** Adds one flaw to a correct store. Each flaw is a mistake that an implementation could make. */
export type Flaw = (store: StreamStore) => Partial<StreamStore>

/** The current head, as a flaw reads it before it misbehaves. */
const headOf = async (store: StreamStore, id: string): Promise<StreamHead | undefined> => (await store.heads([id]))[0]
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** True on every `count`th call, so that a flawed store still makes progress. */
function every(count: number): () => boolean {
  let calls = 0
  return () => ++calls % count === 0
}

export const flaws: Readonly<Record<string, Flaw>> = {
  'loses an append that it acknowledged': (store) => {
    const strikes = every(5)
    return {
      async append(id, request) {
        if (!strikes()) return store.append(id, request)
        const result = await store.beat(id, request.epoch)
        return result.type === 'ok' ? { ...result, offset: request.offset + request.text.length } : result
      },
    }
  },
  'buffers acknowledged appends in memory and sometimes loses one': (store) => {
    const strikes = every(7)
    const buffered = new Map<string, AppendRequest>()
    const flush = async (id: string) => {
      const request = buffered.get(id)
      buffered.delete(id)
      if (request !== undefined && !strikes()) await store.append(id, request)
    }
    return {
      async append(id, request) {
        await flush(id)
        const head = await headOf(store, id)
        if (head?.status !== 'streaming' || head.epoch !== request.epoch || head.offset !== request.offset) {
          return store.append(id, request)
        }
        buffered.set(id, request)
        return { type: 'ok', offset: request.offset + request.text.length, stopRequested: head.stopRequested }
      },
      async close(id, request) {
        await flush(id)
        return store.close(id, request)
      },
    }
  },
  'stores a repeated append twice': (store) => ({
    async append(id, request) {
      const head = await headOf(store, id)
      return store.append(id, { ...request, offset: head?.offset ?? 0 })
    },
  }),
  'stores one append twice': (store) => {
    const strikes = every(6)
    return {
      append: (id, request) =>
        store.append(id, strikes() ? { ...request, text: request.text + request.text } : request),
    }
  },
  'reads text that is not durable yet': (store) => {
    const promised = new Map<string, string>()
    const strikes = every(4)
    return {
      async append(id, request) {
        // Readers see the text before the write is committed or rolled back.
        promised.set(id, request.text)
        await nextTurn()
        await nextTurn()
        const isLost = strikes()
        promised.delete(id)
        if (isLost) throw new Error('the transaction was rolled back')
        return store.append(id, request)
      },
      async read(id, offset, max) {
        const range = await store.read(id, offset, max)
        const ahead = promised.get(id)
        if (range === undefined || ahead === undefined || range.head.status !== 'streaming') return range
        const head = { ...range.head, offset: range.head.offset + ahead.length }
        return { head, start: range.start, text: range.text + ahead }
      },
    }
  },
  'reorders two appends': (store) => {
    const strikes = every(4)
    const held = new Map<string, string>()
    return {
      async append(id, request) {
        const first = held.get(id)
        if (first !== undefined) {
          held.delete(id)
          const offset = request.offset - first.length
          return store.append(id, { epoch: request.epoch, offset, text: request.text + first })
        }
        const head = await headOf(store, id)
        const fits = head?.status === 'streaming' && head.epoch === request.epoch && head.offset === request.offset
        if (!fits || !strikes()) return store.append(id, request)
        held.set(id, request.text)
        return { type: 'ok', offset: request.offset + request.text.length, stopRequested: head.stopRequested }
      },
    }
  },
  'forgets to compare the epoch': (store) => ({
    async append(id, request) {
      const head = await headOf(store, id)
      return store.append(id, { ...request, epoch: head?.epoch ?? 0 })
    },
  }),
  'compares and appends in two steps': (store) => ({
    async append(id, request) {
      const head = await headOf(store, id)
      await nextTurn()
      if (head?.status !== 'streaming' || head.epoch !== request.epoch || head.offset !== request.offset) {
        return store.append(id, request)
      }
      const now = await headOf(store, id)
      return store.append(id, { ...request, epoch: now?.epoch ?? 0, offset: now?.offset ?? 0 })
    },
  }),
  'reports done before the last text is stored': (store) => ({
    async close(id, request) {
      if (request.text === '') return store.close(id, request)
      const early = await store.close(id, { ...request, text: '' })
      return early.type === 'ok' ? { ...early, offset: request.offset + request.text.length } : early
    },
  }),
  'reports done in a head before the close is committed': (store) => {
    const closing = new Map<string, 'done' | 'error' | 'timeout' | 'stopped'>()
    const strikes = every(3)
    return {
      async close(id, request) {
        closing.set(id, request.status)
        await nextTurn()
        await nextTurn()
        closing.delete(id)
        if (strikes()) throw new Error('the transaction was rolled back')
        return store.close(id, request)
      },
      async heads(ids) {
        const heads = await store.heads(ids)
        return heads.map((head) => ({ ...head, status: closing.get(head.id) ?? head.status }))
      },
    }
  },
  'lets a terminal status change': (store) => {
    const ended = new Set<string>()
    return {
      async expire(id, epoch) {
        const result = await store.expire(id, epoch)
        if (result.type === 'gone') return result
        if (isTerminal(result.head.status)) ended.add(id)
        return ended.has(id) ? { ...result, head: { ...result.head, status: 'timeout' as const } } : result
      },
      async requestStop(id) {
        const head = await store.requestStop(id)
        return head && isTerminal(head.status) ? { ...head, status: 'stopped' as const } : head
      },
    }
  },
  'forgets a requested stop': (store) => {
    const strikes = every(2)
    return {
      async requestStop(id) {
        const head = strikes() ? await headOf(store, id) : await store.requestStop(id)
        return head && { ...head, stopRequested: !isTerminal(head.status) || head.stopRequested }
      },
    }
  },
  'gives two owners one claim': (store) => {
    const owners = new Map<string, string>()
    return {
      async claim(id, request) {
        const owner = owners.get(id) ?? request.owner
        owners.set(id, owner)
        return store.claim(id, { ...request, owner })
      },
    }
  },
  'takes over a claim whose lease has not expired': (store) => {
    const strikes = every(2)
    return {
      claim: (id, request) => store.claim(id, strikes() ? { ...request, leaseMs: 1, canTakeOver: true } : request),
    }
  },
  'expires a stream whose lease has not expired': (store) => ({
    async expire(id, epoch) {
      const head = await headOf(store, id)
      const isStreaming = head?.status === 'streaming' && head.epoch === epoch
      if (isStreaming) await store.close(id, { epoch, offset: head.offset, text: '', status: 'timeout' })
      const ended = await headOf(store, id)
      return ended ? { type: isStreaming ? 'expired' : 'kept', head: ended } : { type: 'gone' }
    },
  }),
  'reads the head and the text at different times': (store) => ({
    async read(id, offset, max) {
      const [head] = await store.heads([id])
      await nextTurn()
      await nextTurn()
      const range = await store.read(id, offset, max)
      return range && head && { head, start: range.start, text: range.text }
    },
  }),
  'reads from a copy that lags behind': (store) => {
    const copies = new Map<string, Awaited<ReturnType<StreamStore['read']>>>()
    const strikes = every(3)
    return {
      async read(id, offset, max) {
        if (!strikes()) copies.set(id, await store.read(id, 0, Number.MAX_SAFE_INTEGER))
        const copy = copies.get(id)
        if (copy === undefined) return store.read(id, offset, max)
        const start = Math.min(offset, copy.text.length)
        return { head: copy.head, start, text: copy.text.slice(start, start + max) }
      },
    }
  },
  'drops text when a stream is taken over': (store) => {
    const dropped = new Map<string, number>()
    return {
      async claim(id, request) {
        const claim = await store.claim(id, request)
        if (claim.type === 'claimed' && claim.epoch > 1) dropped.set(id, claim.offset)
        return claim
      },
      async read(id, offset, max) {
        const range = await store.read(id, offset, max)
        const base = dropped.get(id)
        if (range === undefined || base === undefined || offset > base - 1 || base === 0) return range
        const text = range.text.slice(0, base - 1 - range.start) + range.text.slice(base - range.start)
        return { head: range.head, start: range.start, text }
      },
    }
  },
  're-creates deleted streams': (store) => {
    const metas = new Map<string, unknown>()
    return {
      async create(id, meta, request) {
        metas.set(id, meta)
        return store.create(id, meta, request)
      },
      async append(id, request) {
        const result = await store.append(id, request)
        if (result.type !== 'gone') return result
        await store.create(id, metas.get(id))
        return result
      },
    }
  },
  'refuses a close that is repeated': (store) => {
    const closed = new Set<string>()
    return {
      async close(id, request) {
        const key = JSON.stringify([id, request])
        if (closed.has(key)) return { type: 'gone' }
        closed.add(key)
        return store.close(id, request)
      },
    }
  },
  'splits a surrogate pair': (store) => ({
    async read(id, offset, max) {
      const range = await store.read(id, offset, max)
      return (
        range && {
          head: range.head,

          start: range.start,
          text: range.text.replace(/[\u{1f000}-\u{1ffff}]/u, '\ufffd\ufffd'),
        }
      )
    },
  }),
}
