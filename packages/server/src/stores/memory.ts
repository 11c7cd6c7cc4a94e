import { StreamServerError } from '../errors'
import { optionsFrom } from '../options/check-options'
import type { StreamStore } from '../store/stream-store'
import { compareListed, endOf, isListed, type StreamRecord } from './shared/record'
import { storeTable } from './shared/store-options'
import type { StoreTransaction, TextRow } from './shared/transaction'
import { transactionalStore } from './shared/transactional-store'

export interface MemoryStoreOptions {
  /** The store's clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number
  /** How long a stream may stay `pending` before it may be expired, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
}

/**
 * A {@link StreamStore} in memory. Use it in tests and development, or when losing answers on restart is acceptable.
 *
 * Streams live as long as this object. Nothing is written to disk, and a second `memoryStore()` has other streams. Runs on
 * every runtime.
 */
export function memoryStore(options: MemoryStoreOptions = {}): StreamStore {
  const { now = Date.now, pendingMs } = optionsFrom(options, storeTable, 'call memoryStore()', 'memoryStore')
  const entries = new Map<string, Entry>()
  const transaction = memoryTransaction(entries)
  return transactionalStore({
    name: 'memoryStore',
    now,
    pendingMs,
    backend: {
      // A body is synchronous and cannot fail between its writes, so it is a transaction already.
      transact: async (_mode, body) => body(transaction),
      close: async () => entries.clear(),
    },
  })
}

interface Entry {
  record: StreamRecord
  readonly meta: string
  /** In order, and not joined: one growing string would be copied for every slice that is read from it. */
  readonly rows: TextRow[]
}

function memoryTransaction(entries: Map<string, Entry>): StoreTransaction {
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry === undefined) throw new StreamServerError('not-found', `memoryStore has no stream "${id}".`)
    return entry
  }
  return {
    load: (id) => entries.get(id)?.record,
    loadAll: (ids) => [...new Set(ids)].flatMap((id) => entries.get(id)?.record ?? []),
    list: (request) =>
      [...entries.values()]
        .map(({ record }) => record)
        .filter((record) => isListed(record, request))
        .sort(compareListed)
        .slice(0, request.limit),
    meta: (id) => entryOf(id).meta,
    insert: (record, meta) => void entries.set(record.id, { record, meta, rows: [] }),
    update: (record) => {
      entryOf(record.id).record = record
    },
    remove: (id) => void entries.delete(id),
    addRow: (id, row) => void entryOf(id).rows.push(row),
    rows: (id, from, to) => {
      const { rows } = entryOf(id)
      return rows.slice(lastStartingBefore(rows, from + 1), lastStartingBefore(rows, to) + 1)
    },
    endedBy: (moment, limit) =>
      [...entries.values()]
        .map(({ record }) => ({ id: record.id, end: endOf(record) }))
        .filter(({ end }) => end <= moment)
        .sort((a, b) => a.end - b.end)
        .slice(0, limit)
        .map(({ id }) => id),
  }
}

/** The index of the last row that starts before `offset`, or 0. A binary search. */
function lastStartingBefore(rows: readonly TextRow[], offset: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const row = rows[middle]
    if (row !== undefined && row.start < offset) low = middle + 1
    else high = middle
  }
  return Math.max(low - 1, 0)
}
