import { StreamServerError } from '../../errors'
import type { StreamStatus } from '../../store/status'
import type {
  CreateRequest,
  ListRequest,
  StoredEnding,
  StoredRange,
  StreamStore,
  WriteResult,
} from '../../store/stream-store'
import { type ChangeNotifier, createChangeNotifier } from './change-notifier'
import { joinRows } from './join-rows'
import { toMetaJson } from './meta-json'
import { createRecord, isVisibleChange, type StreamRecord, toHead, toListed } from './record'
import { appendText, claimStream, closeStream, expireStream, type Outcome, renewLease, stopStream } from './rules'
import { splitText } from './split-text'
import type { TextRow } from './transaction'

/** A record, and the time by the store's clock when it was read. */
export interface SeenRecord {
  readonly record: StreamRecord
  readonly now: number
  /** Changes with every change of the record. A later stream with the same id has other revisions. */
  readonly revision: string
}

/** The result of `load`. */
export interface LoadedRecord extends SeenRecord {
  /** The JSON that was passed to `insert`. */
  readonly meta: string
}

/** The fields of a record that {@link RecordTable.change} writes. */
export type RecordChanges = Partial<Omit<StreamRecord, 'id' | 'createdAt' | 'listOwner' | 'listGroup'>>

/** The result of {@link RecordTable.change}: the record as it is after the call. */
export interface ChangedRecord extends LoadedRecord {
  readonly isChanged: boolean
}

/** A write that expects its claim to hold. */
export interface ConditionalWrite {
  readonly epoch: number
  /** The expected durable length. `undefined` accepts any. */
  readonly offset: number | undefined
  readonly rows: readonly TextRow[]
  /** The length of the text in all rows. */
  readonly added: number
  /** Ends the stream. Without it, the lease is renewed. */
  readonly ending?: StoredEnding
}

/** The result of one read. */
export interface SeenRange extends SeenRecord {
  /**
   * The rows that cover the requested range as far as the text exists, in order. The first and the last may reach beyond it.
   * If one is missing, the store rejects with `corrupt`.
   */
  readonly rows: readonly TextRow[]
}

/**
 * Where {@link optimisticStore} keeps its streams: a database that can change a record only if nobody else has changed it
 * since. It knows no rule of the contract.
 *
 * Every implementation MUST
 * - do each call in one transaction, durable before it resolves. A call that rejects may have been carried out;
 * - read what was written last, never from a replica that lags behind;
 * - give `now` in all records by one clock for all processes, in whole milliseconds since 1970: the database's own;
 * - keep a record as it is, and the lengths and starts of rows as numbers: SQL's `length` does not count UTF-16 code units;
 * - take any string as an id, or reject an id that it cannot keep exactly in `insert`, and find nothing under it elsewhere.
 */
export interface RecordTable {
  /** Stores a new `createRecord` of the request, by the clock of `now`. `false` if the id exists. `meta` is JSON. */
  insert(id: string, meta: string, request?: CreateRequest): Promise<boolean>
  load(id: string): Promise<LoadedRecord | undefined>
  /** The records that exist, in any order. No id comes twice. */
  loadAll(ids: readonly string[]): Promise<readonly SeenRecord[]>
  /** The records that `isListed` finds, in the order of `compareListed`, up to the limit. */
  list(request: ListRequest): Promise<readonly SeenRecord[]>
  /**
   * Writes the record and adds the rows, only if the stored record is still `seen`. Returns whether it was. Instead of
   * `false` it may return the stored record, which saves a read.
   *
   * @param mustBeWhole rejects with `corrupt` if stored text was lost
   */
  replace(
    seen: SeenRecord,
    record: StreamRecord,
    rows: readonly TextRow[],
    mustBeWhole: boolean,
  ): Promise<boolean | LoadedRecord>
  /**
   * Writes without a read before, only if the stream is `streaming` under that epoch and has that length. Otherwise it
   * changes nothing and returns `undefined` or, which saves a read, the stored record. Rejects with `corrupt` if stored text
   * was lost, at the latest when the stream ends as `done`.
   *
   * Saves a read for each slice of a text. Without it, `load` and `replace` do the same.
   */
  write?(
    id: string,
    write: ConditionalWrite,
  ): Promise<{ readonly length: number; readonly stopRequested: boolean } | LoadedRecord | undefined>
  /**
   * Writes some fields without a read before, only if the record has that status, and returns the record as it is after
   * that. `lapsesAt` and `endedAt` count from the moment of the write: the table adds its `now`. `epoch` is added to that of the
   * record. If the record has another status, it changes nothing. `undefined` if there is no record.
   *
   * Saves a read for each claim and each stop. Without it, `load` and `replace` do the same.
   */
  change?(id: string, status: StreamStatus, changes: RecordChanges): Promise<ChangedRecord | undefined>
  /** Removes the record and its text. `false` if there was no record. */
  remove(id: string): Promise<boolean>
  /** Removes the streams whose `endOf` was at least `olderThanMs` ago, the earliest first. Returns their ids. */
  removeEnded(olderThanMs: number, limit: number): Promise<readonly string[]>
  read(id: string, from: number, to: number): Promise<SeenRange | undefined>
}

export interface OptimisticStoreOptions {
  /** The name in error messages. */
  readonly name: string
  readonly table: RecordTable
  /**
   * Tells of changes. @default `createChangeNotifier()`, which tells of those that this store made. Changes of other processes
   * are then found by polling
   */
  readonly notifier?: ChangeNotifier
  /** Closes everything that was opened. Called once. @default does nothing */
  readonly close?: () => Promise<void>
}

/** Each failed attempt means that another process changed the stream. This many in a row mean that something is wrong. */
const maxAttempts = 100

/** A rule for `act`. It may run again, on another record. */
type Rule<Result> = (record: StreamRecord, now: number, metaJson: string) => Outcome<Result>

/** What `act` may begin with. */
interface ActOptions {
  /** What the record most likely is, so that the first step can be a write. The rule must change only fields of it. */
  readonly guess?: StreamRecord
  /** The record, if it was read before. */
  readonly seen?: LoadedRecord | undefined
  readonly added?: TextRow | undefined
  readonly mustBeWhole?: boolean
}

/** A stream that was never claimed: every `pending` stream is so. No rule sets this time, so a time that is set differs. */
const pending: StreamRecord = { ...createRecord('', 0, 0), lapsesAt: Number.POSITIVE_INFINITY }
const streaming: StreamRecord = { ...pending, status: 'streaming' }

/**
 * Implements the contract of {@link StreamStore} on a {@link RecordTable}, such as a database behind a network.
 *
 * No act holds a lock while it waits for a response. It writes what the rule makes of the expected record, or reads the
 * record, applies the rule and writes only if the record has not changed; otherwise it starts again. So a process that stops
 * in the middle of an act blocks no other process.
 */
export function optimisticStore(options: OptimisticStoreOptions): StreamStore {
  const { name, table, notifier = createChangeNotifier(), close = () => Promise.resolve() } = options
  let isDisposed = false
  let disposing: Promise<void> | undefined

  function checkOpen(): void {
    if (isDisposed) throw new StreamServerError('store', `this ${name} was disposed and cannot be used any more.`)
  }

  async function act<Result, Absent>(
    id: string,
    absent: Absent,
    rule: Rule<Result>,
    { guess, seen: known, added, mustBeWhole = false }: ActOptions = {},
  ): Promise<Result | Absent> {
    let seen = known
    if (guess !== undefined && table.change !== undefined) {
      checkOpen()
      const changed = await table.change(id, guess.status, changesOf(guess, rule(guess, 0, 'null').record))
      if (changed === undefined) return absent
      if (changed.isChanged) {
        notifier.notify(id)
        // The rule returns the same for an act that is repeated, and now decides by the clock of the table.
        return rule(changed.record, changed.now, changed.meta).result
      }
      seen = changed
    }
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      checkOpen()
      seen ??= await table.load(id)
      if (seen === undefined) return absent
      const { record, result } = rule(seen.record, seen.now, seen.meta)
      if (record === seen.record) return result
      const rows = added !== undefined && record.length > seen.record.length ? [...splitText(added)] : []
      const replaced = await table.replace(seen, record, rows, mustBeWhole)
      if (replaced === true) {
        if (isVisibleChange(seen.record, record)) notifier.notify(id)
        return result
      }
      seen = replaced === false ? undefined : replaced
    }
    throw new StreamServerError(
      'store',
      `${name} found "${id}" changed by other processes ${maxAttempts} times in a row.`,
    )
  }

  /** Most writes find the expected state, so one call is enough. Otherwise a rule decides. */
  async function write(
    id: string,
    held: Omit<ConditionalWrite, 'rows' | 'added'>,
    text: string,
    rule: Rule<WriteResult>,
  ): Promise<WriteResult> {
    checkOpen()
    checkText(name, text)
    const added = held.offset === undefined || text === '' ? undefined : { start: held.offset, text }
    const rows = added === undefined ? [] : [...splitText(added)]
    const written = await table.write?.(id, { ...held, rows, added: text.length })
    if (written === undefined || 'record' in written) {
      const mustBeWhole = held.ending?.status === 'done'
      return act(id, { type: 'gone' } as const, rule, { seen: written, added, mustBeWhole })
    }
    if (added !== undefined || held.ending !== undefined) notifier.notify(id)
    return { type: 'ok', offset: written.length, stopRequested: written.stopRequested }
  }

  return {
    async create(id, meta, request) {
      checkOpen()
      const isCreated = await table.insert(id, toMetaJson(name, meta), request)
      if (isCreated) notifier.notify(id)
      return isCreated ? 'created' : 'exists'
    },
    claim: (id, request) =>
      act(id, { type: 'gone' } as const, (record, at, meta) => claimStream(record, request, at, meta), {
        guess: pending,
      }),
    append: (id, request) =>
      write(id, { epoch: request.epoch, offset: request.offset }, request.text, (record, at) =>
        appendText(record, request, at),
      ),
    beat: (id, epoch) => write(id, { epoch, offset: undefined }, '', (record, at) => renewLease(record, epoch, at)),
    close: (id, request) => {
      const { epoch, offset, text, ...ending } = request
      return write(id, { epoch, offset, ending }, text, (record, at) => closeStream(record, request, at))
    },
    requestStop: (id) => act(id, undefined, stopStream, { guess: streaming }),
    expire: (id, epoch) => act(id, { type: 'gone' } as const, (record, at) => expireStream(record, epoch, at)),
    async delete(id) {
      checkOpen()
      const isRemoved = await table.remove(id)
      if (isRemoved) notifier.notify(id)
      return isRemoved
    },
    async sweep({ olderThanMs, limit }) {
      checkOpen()
      const ids = await table.removeEnded(olderThanMs, limit)
      for (const id of ids) notifier.notify(id)
      return ids
    },
    async read(id, offset, max): Promise<StoredRange | undefined> {
      checkOpen()
      const seen = await table.read(id, offset, offset + max)
      if (seen === undefined) return undefined
      const { record, now, rows } = seen
      const start = Math.min(offset, record.length)
      const end = Math.min(start + max, record.length)
      const text = joinRows(id, rows, start, end)
      return { head: toHead(record, now), start, text }
    },
    async readMeta(id): Promise<unknown> {
      checkOpen()
      const loaded = await table.load(id)
      return loaded && JSON.parse(loaded.meta)
    },
    async heads(ids) {
      checkOpen()
      return (await table.loadAll([...new Set(ids)])).map(({ record, now }) => toHead(record, now))
    },
    async list(request) {
      checkOpen()
      return (await table.list(request)).map(({ record, now }) => toListed(record, now))
    },
    watch: notifier.watch,
    async dispose() {
      isDisposed = true
      notifier.clear()
      disposing ??= close()
      await disposing
    },
  }
}

/** The fields that differ. */
function changesOf(before: StreamRecord, after: StreamRecord): RecordChanges {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => value !== before[name as keyof StreamRecord]),
  )
}

/**
 * Whether the text can be stored as UTF-8 and read back unchanged. A database would refuse or change U+0000 and half of a
 * surrogate pair.
 */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function checkText(store: string, text: string): void {
  if (isStorable(text)) return
  throw new StreamServerError(
    'content-refused',
    `${store} cannot store this text: it has U+0000 or half of a surrogate pair. Replace each with one other character.`,
  )
}
