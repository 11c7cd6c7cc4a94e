import { StreamServerError } from '../../errors'
import { isStorable, type RecordTable } from '../shared/optimistic-store'
import { createRecord } from '../shared/record'
import type { Database, QueryOptions, Row, SqlValue } from './connection/database'
import { hasCode } from './connection/sql-state'
import { changedColumns, replaceValues, rowValues, toBigint, toSeenRecord } from './rows'
import { createTables, type TableNames } from './schema'
import { createStatements } from './statements'

export interface PostgresTableOptions {
  /** Called by the first act. */
  readonly open: () => Promise<Database>
  readonly names: TableNames
  readonly pendingMs: number
  /** Replaces the database's own clock. */
  readonly now: (() => number) | undefined
}

/** Streams in Postgres. No transaction stays open while this process does something else. */
export function postgresTable({ open, names, pendingMs, now }: PostgresTableOptions): RecordTable {
  const statements = createStatements(names)
  let opening: Promise<Database> | undefined

  async function openWithTables(): Promise<Database> {
    const database = await open()
    await createTables(database, names)
    return database
  }

  /** Calls `values` again for each attempt, because the time may be among them. */
  async function query(
    sql: string,
    values: () => readonly SqlValue[],
    options?: QueryOptions,
  ): Promise<readonly Row[]> {
    for (let attempt = 1; ; attempt += 1) {
      opening ??= openWithTables()
      const mine = opening
      try {
        const database = await mine.catch((error: unknown) => {
          // The callers that wait get the failure. The next act opens again.
          if (opening === mine) opening = undefined
          throw error
        })
        return await database.query(sql, values(), options)
      } catch (error) {
        // A concurrent transaction won, and the whole statement was rolled back.
        if (hasCode(error, '40001', '40P01') && attempt < maxAttempts) continue
        // The tables were dropped, with all streams. The next act creates them again.
        if (hasCode(error, '42P01') && opening === mine) opening = undefined
        if (hasCode(error, '22021', '22P05')) {
          throw new StreamServerError(
            'content-refused',
            'postgresStore: the database refuses this text; see the cause.',
            {
              cause: error,
            },
          )
        }
        throw error
      }
    }
  }

  const read = (sql: string, values: () => readonly SqlValue[]) => query(sql, values, { isRead: true })

  /** Checks that the text is as long as its record says. If the record has changed since, `replace` finds that out. */
  async function checkWhole(id: string, key: string, length: number): Promise<void> {
    const rows = await read(statements.findIncomplete, () => [key, length])
    if (rows.length > 0) {
      throw new StreamServerError(
        'corrupt',
        `postgresStore found "${id}" without some of its text. Who deletes its rows?`,
      )
    }
  }

  const clockHere = () => (now === undefined ? null : Math.floor(now()))

  return {
    async insert(id, meta, request) {
      if (!isStorable(id)) {
        throw new StreamServerError('invalid-option', 'an id with U+0000 or half of a surrogate pair cannot be stored.')
      }
      const { status, epoch, base, length, stopRequested, leaseMs, lapsesAt } = createRecord(id, 0, pendingMs, request)
      const created = await query(statements.insert, () => [
        clockHere(),
        id,
        status,
        epoch,
        base,
        length,
        stopRequested,
        leaseMs,
        lapsesAt,
        meta,
        request?.owner ?? null,
        request?.group ?? null,
      ])
      return created.length > 0
    },
    async load(id) {
      if (!isStorable(id)) return undefined
      const [row] = await read(statements.load, () => [id, clockHere()])
      return row && { ...toSeenRecord(row), meta: String(row['meta'] ?? 'null') }
    },
    async loadAll(ids) {
      const json = JSON.stringify(ids.filter(isStorable))
      if (json === '[]') return []
      const rows = await read(statements.loadAll, () => [json, clockHere()])
      return rows.map(toSeenRecord)
    },
    async list({ owner, group, statuses, endedSince, after, limit }) {
      const rows = await read(statements.list(group === undefined ? 'owner' : 'group'), () => [
        ...[clockHere(), group ?? owner ?? null, group === undefined ? null : (owner ?? null)],
        ...[statuses === undefined ? null : JSON.stringify(statuses), endedSince ?? null],
        ...[after?.createdAt ?? null, after?.id ?? null, toBigint(limit)],
      ])
      return rows.map(toSeenRecord)
    },
    async replace(seen, record, added, mustBeWhole) {
      const [key = '', revision = ''] = seen.revision.split('.')
      if (mustBeWhole) await checkWhole(record.id, key, seen.record.length)
      const values = [...replaceValues(key, revision, record), ...rowValues(added)]
      const rows = await query(statements.replace(added), () => values)
      return rows.length > 0
    },
    async change(id, status, changes) {
      if (!isStorable(id)) return undefined
      const changed = changedColumns(changes)
      const values = () => [id, status, clockHere(), ...changed.map(({ value }) => value)]
      const [row] = await query(statements.change(changed), values)
      return row && { ...toSeenRecord(row), meta: String(row['meta'] ?? 'null'), isChanged: row['is_changed'] === true }
    },
    async write(id, { epoch, offset, rows: added, added: length, ending }) {
      if (!isStorable(id)) return undefined
      const rows = await query(statements.write(added, ending?.status === 'done'), () => [
        ...[id, epoch, offset ?? null, length, clockHere()],
        ...[ending?.status ?? null, ending?.error ?? null, ending?.finishReason ?? null],
        ...rowValues(added),
      ])
      const [row] = rows
      return row && { length: Number(row['length']), stopRequested: row['stop_requested'] === true }
    },
    async remove(id) {
      if (!isStorable(id)) return false
      const rows = await query(statements.remove, () => [id])
      return rows.length > 0
    },
    async removeEnded(olderThanMs, limit) {
      const values = () => [toBigint(olderThanMs), toBigint(limit), clockHere()]
      const rows = await query(statements.removeEnded, values)
      return rows.map((row) => String(row['id']))
    },
    async read(id, from, to) {
      if (!isStorable(id)) return undefined
      const values = () => [id, toBigint(from), to > from ? toBigint(to) : 0, clockHere()]
      const [found] = await read(statements.read, values)
      if (found === undefined) return undefined
      const { first, joined, next } = found
      const row = first === null ? undefined : { start: Number(first), text: String(joined).slice(1) }
      // A lost row would shift the text after it, and the lengths of the rows around it would not show that.
      if (row !== undefined && row.start + row.text.length !== Number(next)) {
        throw new StreamServerError('corrupt', `postgresStore found '${id}' without some of the text it stored.`)
      }
      return { ...toSeenRecord(found), rows: row === undefined ? [] : [row] }
    },
  }
}

/** After so many rollbacks of one statement, its error is thrown. */
const maxAttempts = 20
