import type { TextRow } from '../shared/transaction'
import { type ChangedColumn, columns } from './rows'
import type { TableNames } from './schema'

/** The SQL of each act. Every act is one statement, and so one transaction. */
export function createStatements({ streams, pieces, metas }: TableNames) {
  /**
   * The length of the stored text of a row of `streams`, in UTF-16 code units: a character beyond the first 65,536 counts
   * twice. It only checks the length that was computed in JavaScript, once for each stream, when it ends.
   */
  const textLength = `(SELECT coalesce(sum(length(text) + CASE WHEN octet_length(text) = length(text) THEN 0
    ELSE length(regexp_replace(text, E'[\\\\u0001-\\\\uffff]', '', 'g')) END), 0) FROM ${pieces} WHERE stream_key = ${streams}.key)`

  /**
   * Makes a read fail on a server that takes no writes: its data may be old if it was demoted or was never a primary. Such
   * a server refuses a delete, even of nothing.
   */
  const reading = (sql: string) => `WITH writable AS (DELETE FROM ${streams} WHERE false) ${sql}`

  return {
    /** moment, id, status, epoch, base, length, stop_requested, lease_ms, how long it may stay pending, meta, owner, group */
    insert: `WITH clock AS (SELECT ${clock('$1')} AS now), created AS (
        INSERT INTO ${streams} (id, revision, status, epoch, base, length, stop_requested, lease_ms, lapses_at, created_at,
          list_owner, list_group)
        SELECT $2::text, 0, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::boolean, $8::bigint, least(now + $9::numeric, 9007199254740991), now, $11::text, $12::text FROM clock
        ON CONFLICT (id) DO NOTHING RETURNING key
      ), kept AS (
        INSERT INTO ${metas} (stream_key, meta) SELECT key, $10::text FROM created WHERE $10::text <> 'null'
      ) SELECT key FROM created`,

    /** id, moment */
    load: reading(`SELECT ${columns}, ${clock('$2')} AS now, meta FROM ${streams} LEFT JOIN ${metas}
      ON stream_key = key WHERE id = $1::text`),

    /** ids as JSON, moment. The clients do not agree on how an array is passed. */
    loadAll: reading(`SELECT ${columns}, ${clock('$2')} AS now FROM ${streams}
      WHERE id = ANY (ARRAY(SELECT json_array_elements_text($1::text::json)))`),

    /**
     * moment, the owner or the group, the owner beside a group, statuses as JSON, endedSince, createdAt and id of the stream
     * before, limit. The values from the third on may be null, but for the limit.
     */
    list: (by: 'owner' | 'group') =>
      reading(`SELECT ${columns}, ${clock('$1')} AS now FROM ${streams} WHERE list_${by} = $2::text
        AND ($3::text IS NULL OR list_owner = $3::text)
        AND ($4::text IS NULL OR status = ANY (ARRAY(SELECT json_array_elements_text($4::text::json))))
        AND ($5::bigint IS NULL OR ended_at IS NULL OR ended_at >= $5::bigint)
        AND (created_at, id) < (coalesce($6::bigint, 9223372036854775807), coalesce($7::text, '') COLLATE "C")
        ORDER BY created_at DESC, id DESC LIMIT $8::bigint`),

    /** key, length. Finds the stream if its text is not as long as its record says. */
    findIncomplete: reading(
      `SELECT length FROM ${streams} WHERE key = $1::text::bigint AND length = $2::bigint AND length <> ${textLength}`,
    ),

    /** The 13 values of the record, then the rows. */
    replace: (added: readonly TextRow[]) => `WITH held AS (
        UPDATE ${streams} SET revision = revision + 1, status = $3::text, epoch = $4::bigint, base = $5::bigint,
          length = $6::bigint, stop_requested = $7::boolean, error = $8::text, owner = $9::text,
          lease_ms = $10::bigint, lapses_at = $11::bigint, ended_at = $12::bigint, finish_reason = $13::text
        WHERE key = $1::text::bigint AND revision = $2::text::bigint RETURNING key
      )${adding(pieces, added, 13)} SELECT key FROM held`,

    /**
     * id, the expected status, moment, then the values of `changedColumns`. `held` is the row after the update, and the last
     * part is read only if there was none.
     */
    change: (changed: readonly ChangedColumn[]) => `WITH held AS (
        UPDATE ${streams} SET revision = revision + 1${changed
          .map(({ column, type, counts }, i) => {
            const start = counts === 'up' ? `${column} + ` : counts === 'from-now' ? `${clock('$3')} + ` : ''
            return `, ${column} = ${start}$${i + 4}::${type}`
          })
          .join('')}
        WHERE id = $1::text AND status = $2::text RETURNING ${columns}
      ) SELECT true AS is_changed, ${clock('$3')} AS now, held.*, meta FROM held LEFT JOIN ${metas} ON stream_key = key
      UNION ALL SELECT false, ${clock('$3')}, ${columns}, meta FROM ${streams} LEFT JOIN ${metas} ON stream_key = key
        WHERE id = $1::text AND NOT EXISTS (SELECT FROM held)`,

    /**
     * id, epoch, offset, added length, moment, status, error, finish_reason, then the rows. It writes the same record as
     * `appendText`, `renewLease` and `closeStream` where they return `ok`.
     */
    write: (added: readonly TextRow[], mustBeWhole: boolean) => `WITH held AS (
        UPDATE ${streams} SET revision = revision + 1, length = length + $4::bigint,
          lapses_at = CASE WHEN $6::text IS NULL THEN ${clock('$5')} + 2 * lease_ms ELSE lapses_at END,
          status = coalesce($6::text, status), error = $7::text, finish_reason = $8::text,
          ended_at = CASE WHEN $6::text IS NULL THEN NULL ELSE ${clock('$5')} END
        WHERE id = $1::text AND status = 'streaming' AND epoch = $2::bigint AND length = coalesce($3::bigint, length)
          ${mustBeWhole ? `AND length = ${textLength}` : ''}
        RETURNING key, length, stop_requested
      )${adding(pieces, added, 8)} SELECT length, stop_requested FROM held`,

    /** id */
    remove: `DELETE FROM ${streams} WHERE id = $1::text RETURNING key`,

    /**
     * age, limit, moment. It checks the end twice: a lease that is renewed meanwhile keeps its stream. A lapsed stream was
     * created before it lapsed, so the index on `created_at` finds it.
     */
    removeEnded: `WITH oldest AS (SELECT ${clock('$3')} - $1::bigint AS moment)
      DELETE FROM ${streams} WHERE key = ANY (ARRAY(
        SELECT key FROM (
          SELECT key, ended_at AS ended FROM ${streams} WHERE ended_at <= (SELECT moment FROM oldest)
          UNION ALL
          SELECT key, lapses_at AS ended FROM ${streams} WHERE ended_at IS NULL
            AND created_at <= (SELECT moment FROM oldest) AND lapses_at <= (SELECT moment FROM oldest)
        ) AS found ORDER BY ended LIMIT $2::bigint
      )) AND coalesce(ended_at, lapses_at) <= (SELECT moment FROM oldest) RETURNING id`,

    /** id, from, to, moment. The dot keeps a leading U+FEFF from clients that drop it as a byte order mark. */
    read: reading(`SELECT ${columns}, ${clock('$4')} AS now, first, joined, next FROM ${streams} AS stream
      CROSS JOIN LATERAL (
        SELECT min(start) AS first, '.' || string_agg(text, '' ORDER BY start) AS joined,
          coalesce((SELECT min(start) FROM ${pieces} WHERE stream_key = stream.key AND start >= $3::bigint),
            stream.length) AS next
        FROM ${pieces} WHERE stream_key = stream.key AND start < $3::bigint AND start >= coalesce(
          (SELECT max(start) FROM ${pieces} WHERE stream_key = stream.key AND start <= $2::bigint), 0)
      ) AS found WHERE id = $1::text`),
  }
}

/** The time in whole milliseconds: the parameter or, if that is null, the database's own clock. */
function clock(parameter: string): string {
  return `coalesce(${parameter}::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`
}

/** Adds rows to the stream that `held` found. Their parameters start at `$(after + 1)`. */
function adding(table: string, added: readonly TextRow[], after: number): string {
  if (added.length === 0) return ''
  const tuples = added.map((_, i) => `($${after + 2 * i + 1}::bigint, $${after + 2 * i + 2}::text)`)
  return `, added AS (INSERT INTO ${table} (stream_key, start, text)
    SELECT held.key, piece.start, piece.text FROM held, (VALUES ${tuples.join(', ')}) AS piece (start, text))`
}
