import { duration, text } from '../options/check-options'
import type { StreamStore } from '../store/stream-store'
import { storeOptions } from './shared/store-options'
import { transactionalStore } from './shared/transactional-store'
import type { SqliteHandle } from './sqlite/handle'
import { openDatabase } from './sqlite/open-database'
import { sqliteBackend } from './sqlite/sqlite-backend'

export type { SqliteHandle, SqliteStatement, SqliteValue } from './sqlite/handle'

interface SqliteStoreSettings {
  /**
   * With `'normal'`, acknowledged acts survive the death of the process at any moment, also `kill -9`. A power cut or a
   * crash of the machine may lose the last ones. `'full'` survives those too, and every act waits for the disk.
   * @default 'normal'; with `database`, the setting of the handle
   */
  readonly synchronous?: 'normal' | 'full'
  /** How long a stream may stay `pending` before it may be expired, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** How long an act is retried while another connection holds the lock, in milliseconds. @default 5_000 */
  readonly busyMs?: number
  /** The store's clock, in milliseconds since 1970. All processes on one file must use the same. @default Date.now */
  readonly now?: () => number
}

export interface SqlitePathOptions extends SqliteStoreSettings {
  /**
   * The file. It and its folder are created if they do not exist. The first act opens it with the first driver that is
   * installed: `node:sqlite`, better-sqlite3 or libsql; on Bun, bun:sqlite. Do not open the file with another SQLite library
   * in the same process, because the two would not see each other's locks. Pass the open handle as `database` then.
   */
  readonly path: string
  readonly database?: never
}

export interface SqliteHandleOptions extends SqliteStoreSettings {
  /**
   * An open connection of any driver with this interface. You own it: `dispose` does not close it. The store sets its
   * `busy_timeout` to 0, its `journal_mode` to WAL and `secure_delete` to on. It only uses tables named `keepstream_…`.
   */
  readonly database: SqliteHandle
  readonly path?: never
}

export type SqliteStoreOptions = SqlitePathOptions | SqliteHandleOptions

/**
 * A {@link StreamStore} in a SQLite file, for any number of processes on one machine. Leases are measured by the clocks of
 * the processes, so it must be one machine. Network file systems do not work.
 *
 * An acknowledged append or delete survives `kill -9`. For power cuts, see `synchronous`. Before `delete` resolves, the text
 * and its meta are overwritten in the file and removed from its write-ahead log. Only ids of streams may stay in unused parts
 * of pages. Copies made outside SQLite (backups, snapshots, copies on the disk itself) are not erased. If another connection
 * reads all the time, `delete` rejects: the stream is deleted, and a second call finishes the work. If the file cannot be
 * opened, the first act rejects.
 *
 * With `path`, the store checks for a deleted or replaced file when a stream is created, claimed or ended. That act rejects
 * with `corrupt`, so no such stream ends as `done`, and the next act opens the path again.
 */
export function sqliteStore(options: SqliteStoreOptions): StreamStore {
  const places = { path: 'a file', database: 'a handle' }
  const {
    synchronous,
    pendingMs,
    busyMs,
    now = Date.now,
  } = storeOptions('sqliteStore', options, places, {
    synchronous: text<'normal' | 'full'>(/^(normal|full)$/, "pass 'normal' or 'full'"),
    busyMs: duration(5_000, 1),
  })
  const { path, database } = options
  const backend =
    database === undefined
      ? sqliteBackend({
          open: () => openDatabase(path),
          // A name in memory is not a file, and drivers differ in how they read URIs.
          path: /^(:memory:$|file:)/.test(path) ? undefined : path,
          isOwned: true,
          synchronous: synchronous ?? 'normal',
          busyMs,
        })
      : sqliteBackend({ open: async () => database, isOwned: false, synchronous, busyMs })
  return transactionalStore({ name: 'sqliteStore', backend, now, pendingMs })
}
