import { StreamsError } from '../../errors'
import type { StreamStatus } from '../../store/status'
import { isStorable, type RecordTable, type SeenRecord } from '../shared/optimistic-store'
import type { StreamRecord } from '../shared/record'
import { createRecord } from '../shared/record'
import type { TextRow } from '../shared/transaction'
import type { Database, QueryOptions, Row, SqlValue } from './database'
import { createTables, type TableNames } from './schema'
import { hasCode } from './sql-state'

export interface PostgresTableOptions {
  /** Called by the first act. */
  readonly open: () => Promise<Database>
  readonly names: TableNames
  readonly pendingMs: number
  /** In place of the database's own clock. */
  readonly now: (() => number) | undefined
}

const columns =
  'key, id, revision, status, epoch, base, length, stop_requested, error, finish_reason, owner, lease_ms, renewed_at, created_at, ended_at'

/** `lapsesAt`, as SQL; the parameter is `pendingMs`. */
const lapsesAt = (pendingMs: string) =>
  `CASE status WHEN 'pending' THEN created_at + ${pendingMs} ELSE renewed_at + 2 * lease_ms END`

/** Every act is one statement: no transaction is ever open while this process does something else. */
export function postgresTable({ open, names, pendingMs, now }: PostgresTableOptions): RecordTable {
  const { streams, pieces, metas } = names
  /**
   * How long the stored text of a row of `streams` is, in UTF-16 code units: a character beyond the first 65,536 counts
   * twice. Only to check what was computed here, once for each stream, when it ends.
   */
  const textLength = `(SELECT coalesce(sum(length(text) + CASE WHEN octet_length(text) = length(text) THEN 0
    ELSE length(regexp_replace(text, E'[\\\\u0001-\\\\uffff]', '', 'g')) END), 0) FROM ${pieces} WHERE stream_key = ${streams}.key)`
  let opening: Promise<Database> | undefined

  async function openMigrated(): Promise<Database> {
    const database = await open()
    await createTables(database, names)
    return database
  }

  /** `values` is called anew for each try, since the time may be among them. */
  async function ask(text: string, values: () => readonly SqlValue[], options?: QueryOptions): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt += 1) {
      opening ??= openMigrated()
      const mine = opening
      try {
        const database = await mine.catch((error: unknown) => {
          // The failure is told to whoever asked; the next act tries again.
          if (opening === mine) opening = undefined
          throw error
        })
        return await database.query(text, values(), options)
      } catch (error) {
        // Somebody was faster, and the whole statement was taken back: nothing was done.
        if (hasCode(error, '40001', '40P01') && attempt < maxAttempts) continue
        // The tables are gone, with all streams. Should they be wanted again, they are made.
        if (hasCode(error, '42P01') && opening === mine) opening = undefined
        if (hasCode(error, '22021', '22P05')) {
          throw new StreamsError('content-refused', 'postgresStore: the database refuses this text; see the cause.', {
            cause: error,
          })
        }
        throw error
      }
    }
  }

  /**
   * Asks what changes nothing, and only of a server that takes writes: one that was demoted, or has never been a primary,
   * may have stood still long ago. To remove nothing is refused there as well.
   */
  const read = (text: string, values: () => readonly SqlValue[]) =>
    ask(`WITH writable AS (DELETE FROM ${streams} WHERE false) ${text}`, values, { isRead: true })

  /** That the text is as long as its record says. What was written since was judged by a record that is not the latest. */
  async function checkWhole(id: string, key: string, length: number): Promise<void> {
    const rows = await read(
      `SELECT length FROM ${streams} WHERE key = $1::text::bigint AND length = $2::bigint AND length <> ${textLength}`,
      () => [key, length],
    )
    if (rows.length > 0) {
      throw new StreamsError('corrupt', `postgresStore found "${id}" without some of its text. Who deletes its rows?`)
    }
  }

  const moment = (row: Row) => ({ now: Number(row['now']), pendingMs })
  const clockHere = () => (now === undefined ? null : Math.floor(now()))
  const seen = (row: Row): SeenRecord => ({
    record: toRecord(row),
    moment: moment(row),
    revision: `${row['key']}.${row['revision']}`,
  })

  return {
    async insert(id, meta) {
      if (!isStorable(id)) {
        throw new StreamsError('invalid-option', 'an id with U+0000 or half of a surrogate pair cannot be kept.')
      }
      const { status, epoch, base, length, stopRequested, leaseMs } = createRecord(id, { now: 0, pendingMs })
      const made = await ask(
        `WITH clock AS (SELECT ${clock('$1')} AS now), made AS (
           INSERT INTO ${streams} (id, revision, status, epoch, base, length, stop_requested, lease_ms, renewed_at, created_at)
           SELECT $2::text, 0, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::boolean, $8::bigint, now, now FROM clock
           ON CONFLICT (id) DO NOTHING RETURNING key
         ), kept AS (
           INSERT INTO ${metas} (stream_key, meta) SELECT key, $9::text FROM made WHERE $9::text <> 'null'
         ) SELECT key FROM made`,
        () => [clockHere(), id, status, epoch, base, length, stopRequested, leaseMs, meta],
      )
      return made.length > 0
    },
    async load(id) {
      if (!isStorable(id)) return undefined
      const [row] = await read(`SELECT ${columns}, ${clock('$2')} AS now FROM ${streams} WHERE id = $1::text`, () => [
        id,
        clockHere(),
      ])
      return row && seen(row)
    },
    async loadAll(ids) {
      // As one text: clients do not agree on how an array is passed.
      const json = JSON.stringify(ids.filter(isStorable))
      if (json === '[]') return []
      const rows = await read(
        `SELECT ${columns}, ${clock('$2')} AS now FROM ${streams}
         WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::text::json)))`,
        () => [json, clockHere()],
      )
      return rows.map(seen)
    },
    async replace({ revision, record: { length } }, record, added, mustBeWhole) {
      const [key = '', number = ''] = revision.split('.')
      if (mustBeWhole) await checkWhole(record.id, key, length)
      const values = [
        ...[key, number, record.status, record.epoch, record.base, record.length, record.stopRequested],
        ...[record.error ?? null, record.owner ?? null, record.leaseMs, record.renewedAt, record.endedAt ?? null],
        record.finishReason ?? null,
      ]
      const rows = await ask(
        `WITH held AS (
           UPDATE ${streams} SET revision = revision + 1, status = $3::text, epoch = $4::bigint, base = $5::bigint,
             length = $6::bigint, stop_requested = $7::boolean, error = $8::text, owner = $9::text,
             lease_ms = $10::bigint, renewed_at = $11::bigint, ended_at = $12::bigint, finish_reason = $13::text
           WHERE key = $1::text::bigint AND revision = $2::text::bigint RETURNING key
         )${adding(pieces, added, values.length)} SELECT key FROM held`,
        () => [...values, ...valuesOf(added)],
      )
      return rows.length > 0
    },
    async write(id, { epoch, offset, pieces: added, added: length, ending }) {
      if (!isStorable(id)) return undefined
      // What `appendText`, `renewLease` and `closeStream` answer with `ok`, and the record they make.
      const rows = await ask(
        `WITH held AS (
           UPDATE ${streams} SET revision = revision + 1, length = length + $4::bigint,
             renewed_at = CASE WHEN $6::text IS NULL THEN ${clock('$5')} ELSE renewed_at END,
             status = coalesce($6::text, status), error = $7::text, finish_reason = $8::text,
             ended_at = CASE WHEN $6::text IS NULL THEN NULL ELSE ${clock('$5')} END
           WHERE id = $1::text AND status = 'streaming' AND epoch = $2::bigint AND length = coalesce($3::bigint, length)
             ${ending?.status === 'done' ? `AND length = ${textLength}` : ''}
           RETURNING key, length, stop_requested
         )${adding(pieces, added, 8)} SELECT length, stop_requested FROM held`,
        () => [
          ...[id, epoch, offset ?? null, length, clockHere(), ending?.status ?? null, ending?.error ?? null],
          ending?.finishReason ?? null,
          ...valuesOf(added),
        ],
      )
      const [row] = rows
      return row && { length: Number(row['length']), stopRequested: row['stop_requested'] === true }
    },
    async remove(id) {
      if (!isStorable(id)) return false
      const rows = await ask(`DELETE FROM ${streams} WHERE id = $1::text RETURNING key`, () => [id])
      return rows.length > 0
    },
    async removeEnded(before, limit) {
      // `endOf`, as SQL. What lapsed before a moment was created before it, which an index finds. It is asked twice: who
      // renews a lease meanwhile keeps it.
      const isOpenEnded = `ended_at IS NULL AND created_at < $1::bigint AND ${lapsesAt('$3::bigint')} < $1::bigint
        AND ${lapsesAt('$3::bigint')} <= ${clock('$4')}`
      const rows = await ask(
        `DELETE FROM ${streams} WHERE key = ANY (ARRAY(
           SELECT key FROM (
             SELECT key, ended_at AS moment FROM ${streams} WHERE ended_at < $1::bigint
             UNION ALL
             SELECT key, ${lapsesAt('$3::bigint')} AS moment FROM ${streams} WHERE ${isOpenEnded}
           ) AS ended ORDER BY moment LIMIT $2::bigint
         )) AND (ended_at < $1::bigint OR (${isOpenEnded})) RETURNING id`,
        () => [whole(before), whole(limit), whole(pendingMs), clockHere()],
      )
      return rows.map((row) => String(row['id']))
    },
    async read(id, from, to) {
      if (!isStorable(id)) return undefined
      const [row] = await read(
        `SELECT ${columns}, ${clock('$4')} AS now, meta, first, joined, next FROM ${streams} AS stream
         LEFT JOIN ${metas} AS kept ON kept.stream_key = key
         CROSS JOIN LATERAL (
           SELECT min(start) AS first, '.' || string_agg(text, '' ORDER BY start) AS joined,
             coalesce((SELECT min(start) FROM ${pieces} WHERE stream_key = stream.key AND start >= $3::bigint),
               stream.length) AS next
           FROM ${pieces} WHERE stream_key = stream.key AND start < $3::bigint AND start >= coalesce(
             (SELECT max(start) FROM ${pieces} WHERE stream_key = stream.key AND start <= $2::bigint), 0)
         ) AS found WHERE id = $1::text`,
        () => [id, whole(from), to > from ? whole(to) : 0, clockHere()],
      )
      if (row === undefined) return undefined
      const { meta, first, joined, next } = row
      // The dot keeps a leading U+FEFF away from clients that take it for a byte order mark.
      const piece = first === null ? undefined : { start: Number(first), text: String(joined).slice(1) }
      // A piece that is lost in between would shift what follows it, and no length of its neighbours would show that.
      if (piece !== undefined && piece.start + piece.text.length !== Number(next)) throw holed(id)
      return { ...seen(row), meta: meta === null ? 'null' : String(meta), piece }
    },
  }
}

function holed(id: string): StreamsError {
  return new StreamsError('corrupt', `postgresStore found '${id}' without some of the text it stored.`)
}

/** A statement that is taken back again and again is told to the caller. */
const maxAttempts = 20

/** The time in whole milliseconds, by the database's own clock unless the parameter has another. */
function clock(parameter: string): string {
  return `coalesce(${parameter}::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`
}

/** Adds pieces to the stream that `held` found, with parameters from `$(after + 1)` on. */
function adding(table: string, added: readonly TextRow[], after: number): string {
  if (added.length === 0) return ''
  const tuples = added.map((_, i) => `($${after + 2 * i + 1}::bigint, $${after + 2 * i + 2}::text)`)
  return `, added AS (INSERT INTO ${table} (stream_key, start, text)
    SELECT held.key, piece.start, piece.text FROM held, (VALUES ${tuples.join(', ')}) AS piece (start, text))`
}

function valuesOf(added: readonly TextRow[]): SqlValue[] {
  return added.flatMap(({ start, text }) => [start, text])
}

/** A number that fits into a bigint column. */
function whole(value: number): number {
  return Math.ceil(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER))
}

/** bigint columns come as strings, numbers or bigints, as the client likes. */
function toRecord(row: Row): StreamRecord {
  const text = (value: unknown) => (value === null ? undefined : String(value))
  return {
    id: String(row['id']),
    status: row['status'] as StreamStatus,
    epoch: Number(row['epoch']),
    base: Number(row['base']),
    length: Number(row['length']),
    stopRequested: row['stop_requested'] === true,
    error: text(row['error']),
    finishReason: text(row['finish_reason']),
    owner: text(row['owner']),
    leaseMs: Number(row['lease_ms']),
    renewedAt: Number(row['renewed_at']),
    createdAt: Number(row['created_at']),
    endedAt: row['ended_at'] === null ? undefined : Number(row['ended_at']),
  }
}
