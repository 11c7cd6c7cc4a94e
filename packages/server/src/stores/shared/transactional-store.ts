import { StreamServerError } from '../../errors'
import type { StoredRange, StreamStore } from '../../store/stream-store'
import { createChangeNotifier } from './change-notifier'
import { joinRows } from './join-rows'
import { toMetaJson } from './meta-json'
import { createRecord, isVisibleChange, type StreamRecord, toHead, toListed } from './record'
import { appendText, claimStream, closeStream, expireStream, type Outcome, renewLease, stopStream } from './rules'
import { splitText } from './split-text'
import type { StoreTransaction, TextRow, TransactionalBackend } from './transaction'

export interface TransactionalStoreOptions {
  /** The name in error messages. */
  readonly name: string
  readonly backend: TransactionalBackend
  readonly now: () => number
  readonly pendingMs: number
}

/** Implements {@link StreamStore} on any backend with synchronous transactions. */
export function transactionalStore({ name, backend, now, pendingMs }: TransactionalStoreOptions): StreamStore {
  const notifier = createChangeNotifier()
  /** Streams that were removed here, but perhaps not erased yet. */
  const unerased = new Set<string>()
  let isDisposed = false
  let disposing: Promise<void> | undefined

  // Whole milliseconds: a database stores them in integer columns.
  const moment = () => Math.floor(now())

  async function transact<T>(mode: 'read' | 'write', body: (transaction: StoreTransaction) => T): Promise<T> {
    if (isDisposed) throw new StreamServerError('store', `this ${name} was disposed and cannot be used any more.`)
    return backend.transact(mode, body)
  }

  /** One act on one stream: load the record, apply a rule, store the change, notify the watchers. */
  async function act<Result, Absent>(
    id: string,
    absent: Absent,
    rule: (record: StreamRecord, now: number, transaction: StoreTransaction) => Outcome<Result>,
    added?: TextRow,
  ): Promise<Result | Absent> {
    const { result, isVisible } = await transact('write', (transaction) => {
      const before = transaction.load(id)
      if (before === undefined) return { result: absent, isVisible: false }
      const { record, result } = rule(before, moment(), transaction)
      // Before a claim and before an end is acknowledged. An end as `error` is acknowledged wherever it can be stored.
      if (record.epoch !== before.epoch) backend.checkFile?.('begin')
      else if (record.status !== before.status && record.status !== 'error') backend.checkFile?.('end')
      if (record !== before) transaction.update(record)
      const hasGrown = added !== undefined && record.length > before.length
      if (hasGrown) for (const row of splitText(added)) transaction.addRow(id, row)
      if (record.status === 'done' && before.status !== 'done') checkEnd(transaction, record)
      return { result, isVisible: isVisibleChange(before, record) }
    })
    if (isVisible) notifier.notify(id)
    return result
  }

  return {
    async create(id, meta, request) {
      const json = toMetaJson(name, meta)
      const result = await transact('write', (transaction) => {
        if (transaction.load(id) !== undefined) return 'exists' as const
        backend.checkFile?.('begin')
        transaction.insert(createRecord(id, moment(), pendingMs, request), json)
        return 'created' as const
      })
      if (result === 'created') notifier.notify(id)
      return result
    },
    claim: (id, request) =>
      act(id, { type: 'gone' } as const, (record, at, { meta }) => claimStream(record, request, at, meta(id))),
    append: (id, request) =>
      act(id, { type: 'gone' } as const, (record, at) => appendText(record, request, at), rowOf(request)),
    beat: (id, epoch) => act(id, { type: 'gone' } as const, (record, at) => renewLease(record, epoch, at)),
    close: (id, request) =>
      act(id, { type: 'gone' } as const, (record, at) => closeStream(record, request, at), rowOf(request)),
    requestStop: (id) => act(id, undefined, stopStream),
    expire: (id, epoch) => act(id, { type: 'gone' } as const, (record, at) => expireStream(record, epoch, at)),
    async delete(id) {
      const isRemoved = await transact('write', (transaction) => {
        if (transaction.load(id) === undefined) return false
        transaction.remove(id)
        return true
      })
      if (isRemoved) {
        unerased.add(id)
        notifier.notify(id)
      }
      // Also if there was nothing to remove: an earlier call may have failed between the two steps.
      await backend.erase?.()
      return unerased.delete(id)
    },
    async sweep({ olderThanMs, limit }) {
      const ids = await transact('write', (transaction) => {
        const ended = transaction.endedBy(moment() - olderThanMs, limit)
        for (const id of ended) transaction.remove(id)
        return ended
      })
      for (const id of ids) notifier.notify(id)
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
        return { head: toHead(record, moment()), start, text }
      }),
    readMeta: (id) =>
      transact('read', (transaction): unknown =>
        transaction.load(id) === undefined ? undefined : JSON.parse(transaction.meta(id)),
      ),
    heads: (ids) =>
      transact('read', (transaction) => transaction.loadAll(ids).map((record) => toHead(record, moment()))),
    list: (request) =>
      transact('read', (transaction) => transaction.list(request).map((record) => toListed(record, moment()))),
    watch: notifier.watch,
    async dispose() {
      isDisposed = true
      notifier.clear()
      disposing ??= backend.close?.() ?? Promise.resolve()
      await disposing
    },
  }
}

function rowOf({ offset, text }: { readonly offset: number; readonly text: string }): TextRow {
  return { start: offset, text }
}

/** `done` means that the text is whole, so it is refused if the last row was lost. */
function checkEnd(transaction: StoreTransaction, { id, length }: StreamRecord): void {
  const start = Math.max(0, length - 1)
  joinRows(id, transaction.rows(id, start, length), start, length)
}
