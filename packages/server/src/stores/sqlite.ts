import { checkNames } from '../options/check-options'
import type { StreamStore } from '../store/stream-store'
import { checkDuration, defaultPendingMs, invalidOption } from './shared/store-options'
import { transactionalStore } from './shared/transactional-store'
import type { SqliteHandle } from './sqlite/handle'
import { openDatabase } from './sqlite/open-database'
import { sqliteBackend } from './sqlite/sqlite-backend'

export type { SqliteHandle, SqliteStatement, SqliteValue } from './sqlite/handle'

interface SqliteStoreSettings {
  /**
   * `'normal'` survives the death of the process at any moment, `kill -9` among them, but a power cut or a crash of the
   * machine may take back the last acknowledged acts. `'full'` survives those too and waits for the disk in every act.
   * @default 'normal'; with `database`, as the handle has it
   */
  readonly synchronous?: 'normal' | 'full'
  /** How long a stream may stay `pending` before it may be expired, in milliseconds. @default 1_200_000 (20 minutes) */
  readonly pendingMs?: number
  /** How long an act is tried while another connection holds the lock, in milliseconds. @default 5_000 */
  readonly busyMs?: number
  /** The store's clock, in milliseconds since 1970. All processes on one file must agree on it. @default Date.now */
  readonly now?: () => number
}

export interface SqlitePathOptions extends SqliteStoreSettings {
  /**
   * The file, created with its folder if there is none. Opened by the first act, with the first driver that is there:
   * `node:sqlite`, better-sqlite3 or libsql; under Bun, bun:sqlite. Do not open it with another SQLite library in the same
   * process: the two would not see each other's locks. Pass the open handle as `database` then.
   */
  readonly path: string
  readonly database?: never
}

export interface SqliteHandleOptions extends SqliteStoreSettings {
  /**
   * An open connection of any driver of that shape. It stays yours: `dispose` does not close it. The store sets its
   * `busy_timeout` to 0, its `journal_mode` to WAL and `secure_delete` on, and keeps to tables named `keepstream_…`.
   */
  readonly database: SqliteHandle
  readonly path?: never
}

export type SqliteStoreOptions = SqlitePathOptions | SqliteHandleOptions

/**
 * A {@link StreamStore} in a SQLite file, for any number of processes on one machine (their clocks reckon the leases, so
 * it must be one; network file systems do not do).
 *
 * An append or a delete that was acknowledged survives `kill -9`; see `synchronous` for power cuts. A deleted text and its
 * meta are overwritten in the file and gone from its write-ahead log before `delete` resolves; only ids of streams may
 * stay in unused parts of pages, and copies made outside of SQLite (backups, snapshots, a disk's own) are not reached. If
 * another connection reads all the while, `delete` rejects, the stream is gone, and calling it again finishes the work.
 * Errors of opening the file come from the first act.
 *
 * A file that is deleted or replaced while it is open (not with `database`) is noticed when a stream is created or claimed and
 * before its end is told: that act rejects with `corrupt`, no answer is told as `done`, and the next act opens the path anew.
 */
export function sqliteStore(options: SqliteStoreOptions): StreamStore {
  const { path, database, synchronous, pendingMs = defaultPendingMs, busyMs = 5_000, now = Date.now } = options
  checkNames('sqliteStore.', options, ['path', 'database', 'synchronous', 'pendingMs', 'busyMs', 'now'])
  checkDuration('sqliteStore', 'busyMs', busyMs)
  checkDuration('sqliteStore', 'pendingMs', pendingMs)
  if (synchronous !== undefined && synchronous !== 'normal' && synchronous !== 'full') {
    throw invalidOption(`sqliteStore({ synchronous }) must be 'normal' or 'full', not ${String(synchronous)}.`)
  }
  if ((path === undefined) === (database === undefined) || path === '') {
    throw invalidOption('sqliteStore needs either { path } (a file) or { database } (a handle).')
  }
  const backend =
    database === undefined
      ? sqliteBackend({
          open: () => openDatabase(path),
          // Names in memory, and URIs, which drivers read as they like, are no places on a disk.
          path: /^(:memory:$|file:)/.test(path) ? undefined : path,
          isOwned: true,
          synchronous: synchronous ?? 'normal',
          busyMs,
        })
      : sqliteBackend({ open: async () => database, isOwned: false, synchronous, busyMs })
  return transactionalStore({ name: 'sqliteStore', backend, now, pendingMs })
}
