import { StreamServerError } from '../../errors'
import type { StreamStatus } from '../../store/status'
import type { ListRequest } from '../../store/stream-store'
import type { StreamRecord } from '../shared/record'
import type { StoreTransaction, TextRow } from '../shared/transaction'
import { filler } from './filler'
import { guardText, unguardText } from './guard-text'
import type { SqliteHandle, SqliteValue } from './handle'

const columns =
  'id, created_at, list_owner, list_group, status, epoch, base, length, stop_requested, error, finish_reason, owner, lease_ms, lapses_at, ended_at'

/**
 * Appended text extends the last row up to this many code units. Every row takes at least a page, so a separate row for
 * each sentence would waste space. Every append rewrites its row, so one row for the whole text would be slow.
 */
const maxRowLength = 7_168

/** The acts of a transaction as prepared statements. The caller begins and commits. */
export function sqliteTransaction(database: SqliteHandle): StoreTransaction {
  const load = database.prepare(`SELECT ${columns} FROM keepstream_streams WHERE id = ?`)
  const loadAll = database.prepare(
    `SELECT ${columns} FROM keepstream_streams WHERE id IN (SELECT value FROM json_each(?))`,
  )
  const meta = database.prepare('SELECT meta FROM keepstream_metas WHERE stream_id = ?')
  const insert = database.prepare(
    `INSERT INTO keepstream_streams (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertMeta = database.prepare(`INSERT INTO keepstream_metas (stream_id, filler, meta) VALUES (?, ${filler}, ?)`)
  const update = database.prepare(
    `UPDATE keepstream_streams SET status = ?, epoch = ?, base = ?, length = ?, stop_requested = ?, error = ?,
     finish_reason = ?, owner = ?, lease_ms = ?, lapses_at = ?, ended_at = ? WHERE id = ?`,
  )
  const removeText = database.prepare('DELETE FROM keepstream_pieces WHERE stream_id = ?')
  const removeMeta = database.prepare('DELETE FROM keepstream_metas WHERE stream_id = ?')
  const removeStream = database.prepare('DELETE FROM keepstream_streams WHERE id = ?')
  const lastRow = database.prepare(
    'SELECT start, text FROM keepstream_pieces WHERE stream_id = ? ORDER BY start DESC LIMIT 1',
  )
  const extendRow = database.prepare('UPDATE keepstream_pieces SET text = text || ? WHERE stream_id = ? AND start = ?')
  const addRow = database.prepare(
    `INSERT INTO keepstream_pieces (stream_id, start, filler, text) VALUES (?, ?, ${filler}, ?)`,
  )
  // Plain question marks: better-sqlite3 treats numbered ones as named parameters.
  const rows = database.prepare(
    `SELECT start, text FROM keepstream_pieces WHERE stream_id = ? AND start < ? AND start >=
     (SELECT max(start) FROM keepstream_pieces WHERE stream_id = ? AND start <= ?) ORDER BY start`,
  )
  // `endOf` as SQL. A lapsed stream was created before it lapsed, so the index on `created_at` finds it.
  const endedBy = database.prepare(
    `SELECT id FROM (
       SELECT id, ended_at AS end FROM keepstream_streams WHERE ended_at <= ?
       UNION ALL
       SELECT id, lapses_at AS end FROM keepstream_streams WHERE ended_at IS NULL AND created_at <= ? AND lapses_at <= ?
     ) ORDER BY end LIMIT ?`,
  )

  // One statement for each set of conditions.
  const lists = new Map<string, ReturnType<SqliteHandle['prepare']>>()
  function list(request: ListRequest) {
    const conditions = listConditions(request)
    const statement =
      lists.get(conditions) ??
      database.prepare(
        `SELECT ${columns} FROM keepstream_streams WHERE ${conditions} ORDER BY created_at DESC, id DESC LIMIT ?`,
      )
    lists.set(conditions, statement)
    return statement
  }

  return {
    load: (id) => (load.all(id) as StreamRow[]).map(toRecord)[0],
    loadAll: (ids) => (loadAll.all(JSON.stringify(ids)) as StreamRow[]).map(toRecord),
    list: (request) => (list(request).all(...listValues(request)) as StreamRow[]).map(toRecord),
    meta: (id) => (meta.all(id) as { meta: string }[])[0]?.meta ?? 'null',
    insert: (record, json) => {
      const { id, createdAt, listOwner = null, listGroup = null } = record
      insert.run(id, createdAt, listOwner, listGroup, ...changing(record))
      if (json !== 'null') insertMeta.run(record.id, json)
    },
    update: (record) => void update.run(...changing(record), record.id),
    remove: (id) => {
      removeText.run(id)
      removeMeta.run(id)
      removeStream.run(id)
    },
    addRow: (id, { start, text }) => {
      const last = (lastRow.all(id) as TextColumns[]).map(toTextRow)[0]
      if ((last ? last.start + last.text.length : 0) !== start) {
        throw new StreamServerError('corrupt', `the text of '${id}' does not end at ${start}: rows were lost.`)
      }
      if (last && start + text.length - last.start <= maxRowLength) extendRow.run(text, id, last.start)
      else addRow.run(id, start, guardText(text))
    },
    rows: (id, from, to) => (rows.all(id, to, id, from) as TextColumns[]).map(toTextRow),
    endedBy: (moment, limit) => (endedBy.all(moment, moment, moment, limit) as { id: string }[]).map(({ id }) => id),
  }
}

/** The other columns, in order. Acts may change them. */
function changing(record: StreamRecord): SqliteValue[] {
  return [
    record.status,
    record.epoch,
    record.base,
    record.length,
    record.stopRequested ? 1 : 0,
    record.error ?? null,
    record.finishReason ?? null,
    record.owner ?? null,
    record.leaseMs,
    record.lapsesAt,
    record.endedAt ?? null,
  ]
}

/** A handle may be configured to return bigints. */
type Integer = number | bigint

interface StreamRow {
  readonly id: string
  readonly status: StreamStatus
  readonly epoch: Integer
  readonly base: Integer
  readonly length: Integer
  readonly stop_requested: Integer
  readonly error: string | null
  readonly finish_reason: string | null
  readonly owner: string | null
  readonly lease_ms: Integer
  readonly lapses_at: Integer
  readonly created_at: Integer
  readonly ended_at: Integer | null
  readonly list_owner: string | null
  readonly list_group: string | null
}

interface TextColumns {
  readonly start: Integer
  readonly text: string
}

function toRecord(row: StreamRow): StreamRecord {
  return {
    id: row.id,
    status: row.status,
    epoch: Number(row.epoch),
    base: Number(row.base),
    length: Number(row.length),
    stopRequested: Number(row.stop_requested) === 1,
    error: row.error ?? undefined,
    finishReason: row.finish_reason ?? undefined,
    owner: row.owner ?? undefined,
    leaseMs: Number(row.lease_ms),
    lapsesAt: Number(row.lapses_at),
    createdAt: Number(row.created_at),
    endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
    listOwner: row.list_owner ?? undefined,
    listGroup: row.list_group ?? undefined,
  }
}

function toTextRow(row: TextColumns): TextRow {
  return { start: Number(row.start), text: unguardText(row.text) }
}

/** `isListed` as SQL. Ids are ASCII, so their bytes have the order of their code units. */
function listConditions({ owner, group, statuses, endedSince, after }: ListRequest): string {
  return [
    owner !== undefined && 'list_owner = ?',
    group !== undefined && 'list_group = ?',
    statuses && 'status IN (SELECT value FROM json_each(?))',
    endedSince !== undefined && '(ended_at IS NULL OR ended_at >= ?)',
    after && '(created_at, id) < (?, ?)',
  ]
    .filter(Boolean)
    .join(' AND ')
}

function listValues({ owner, group, statuses, endedSince, after, limit }: ListRequest): SqliteValue[] {
  return [
    ...[owner, group, statuses && JSON.stringify(statuses), endedSince, after?.createdAt, after?.id].filter(
      (value) => value !== undefined,
    ),
    limit,
  ]
}
