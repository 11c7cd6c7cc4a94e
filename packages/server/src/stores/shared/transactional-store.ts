import { StreamsError } from '../../errors'
import type { StoredRange, StreamStore } from '../../store/stream-store'
import { createChangeNotifier } from './change-notifier'
import { joinRows } from './join-rows'
import { toMetaJson } from './meta-json'
import { createRecord, isVisibleChange, type StoreMoment, type StreamRecord, toHead } from './record'
import { appendText, claimStream, closeStream, expireStream, type Outcome, renewLease, stopStream } from './rules'
import { splitText } from './split-text'
import { storedRange } from './stored-range'
import type { StoreTransaction, TextRow, TransactionalBackend } from './transaction'

export interface TransactionalStoreOptions {
  /** The name that errors speak of. */
  readonly name: string
  readonly backend: TransactionalBackend
  readonly now: () => number
  readonly pendingMs: number
}

/** The whole contract of {@link StreamStore} on anything that has synchronous transactions. */
export function transactionalStore({ name, backend, now, pendingMs }: TransactionalStoreOptions): StreamStore {
  const hints = createChangeNotifier()
  let isDisposed = false
  let disposing: Promise<void> | undefined

  // Whole milliseconds: a database keeps them in integer columns.
  const moment = (): StoreMoment => ({ now: Math.floor(now()), pendingMs })

  async function transact<T>(mode: 'read' | 'write', body: (transaction: StoreTransaction) => T): Promise<T> {
    if (isDisposed) throw new StreamsError('store', `this ${name} was disposed and cannot be used any more.`)
    return backend.transact(mode, body)
  }

  /** One act on one stream: load, judge by a rule, store what changed, and tell whoever watches. */
  async function act<Result, Absent>(
    id: string,
    absent: Absent,
    rule: (record: StreamRecord, moment: StoreMoment) => Outcome<Result>,
    added?: TextRow,
  ): Promise<Result | Absent> {
    const { result, isNews } = await transact('write', (transaction) => {
      const before = transaction.load(id)
      if (before === undefined) return { result: absent, isNews: false }
      const { record, result } = rule(before, moment())
      // Before a claim and before the end is told; an end as `error` is told wherever it can be kept.
      if (record.epoch !== before.epoch) backend.checkPlace?.('begin')
      else if (record.status !== before.status && record.status !== 'error') backend.checkPlace?.('end')
      if (record !== before) transaction.update(record)
      const hasGrown = added !== undefined && record.length > before.length
      if (hasGrown) for (const row of splitText(added)) transaction.addRow(id, row)
      if (record.status === 'done' && before.status !== 'done') checkEnd(transaction, record)
      return { result, isNews: isVisibleChange(before, record) }
    })
    if (isNews) hints.notify(id)
    return result
  }

  return {
    async create(id, meta) {
      const json = toMetaJson(name, meta)
      const result = await transact('write', (transaction) => {
        if (transaction.load(id) !== undefined) return 'exists' as const
        backend.checkPlace?.('begin')
        transaction.insert(createRecord(id, moment()), json)
        return 'created' as const
      })
      if (result === 'created') hints.notify(id)
      return result
    },
    claim: (id, request) => act(id, { type: 'gone' } as const, (record, at) => claimStream(record, request, at)),
    append: (id, request) =>
      act(id, { type: 'gone' } as const, (record, at) => appendText(record, request, at), rowOf(request)),
    beat: (id, epoch) => act(id, { type: 'gone' } as const, (record, at) => renewLease(record, epoch, at)),
    close: (id, request) =>
      act(id, { type: 'gone' } as const, (record, at) => closeStream(record, request, at), rowOf(request)),
    requestStop: (id) => act(id, undefined, stopStream),
    expire: (id, epoch) => act(id, undefined, (record, at) => expireStream(record, epoch, at)),
    async delete(id) {
      const isRemoved = await transact('write', (transaction) => {
        if (transaction.load(id) === undefined) return false
        transaction.remove(id)
        return true
      })
      if (isRemoved) hints.notify(id)
      // Also when there was nothing: the one before this may have failed between the two steps.
      await backend.erase?.()
      return isRemoved
    },
    async sweep({ before, limit }) {
      const ids = await transact('write', (transaction) => {
        const ended = transaction.endedBefore(before, limit, moment())
        for (const id of ended) transaction.remove(id)
        return ended
      })
      for (const id of ids) hints.notify(id)
      await backend.erase?.()
      return ids
    },
    read: (id, offset, max) =>
      transact('read', (transaction): StoredRange | undefined => {
        const record = transaction.load(id)
        if (record === undefined) return undefined
        const start = Math.min(offset, record.length)
        const end = Math.min(start + max, record.length)
        const text = end > start ? joinRows(id, transaction.rows(id, start, end), start, end) : ''
        return storedRange(toHead(record, moment()), transaction.meta(id), start, text)
      }),
    heads: (ids) =>
      transact('read', (transaction) => transaction.loadAll(ids).map((record) => toHead(record, moment()))),
    watch: hints.watch,
    async dispose() {
      isDisposed = true
      hints.clear()
      disposing ??= backend.close?.() ?? Promise.resolve()
      await disposing
    },
  }
}

function rowOf({ offset, text }: { readonly offset: number; readonly text: string }): TextRow {
  return { start: offset, text }
}

/** `done` means whole: it is not told of a text whose last row was lost. */
function checkEnd(transaction: StoreTransaction, { id, length }: StreamRecord): void {
  const start = Math.max(0, length - 1)
  joinRows(id, transaction.rows(id, start, length), start, length)
}
