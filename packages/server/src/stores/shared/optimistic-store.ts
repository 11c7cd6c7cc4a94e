import { StreamsError } from '../../errors'
import type { CloseRequest, StoredRange, StreamStore, WriteResult } from '../../store/stream-store'
import type { ChangeNotifier } from './change-notifier'
import { joinRows } from './join-rows'
import { toMetaJson } from './meta-json'
import { isVisibleChange, type StoreMoment, type StreamRecord, toHead } from './record'
import { appendText, claimStream, closeStream, expireStream, type Outcome, renewLease, stopStream } from './rules'
import { splitText } from './split-text'
import { storedRange } from './stored-range'
import type { TextRow } from './transaction'

/** A record, and the moment of the store's clock when it was so. */
export interface SeenRecord {
  readonly record: StreamRecord
  readonly moment: StoreMoment
  /** Changes with every change of the record, of this stream or of a later one with its id. */
  readonly revision: string
}

/** A write under a claim that is believed to hold. */
export interface HeldWrite {
  readonly epoch: number
  /** The durable length that is believed in; `undefined` for any. */
  readonly offset: number | undefined
  readonly pieces: readonly TextRow[]
  /** How long the pieces are together. */
  readonly added: number
  /** Ends the stream; otherwise the lease is renewed. */
  readonly ending?: Omit<CloseRequest, 'epoch' | 'offset' | 'text'>
}

/** What is read at once of a stream. */
export interface SeenRange extends SeenRecord {
  /** JSON. */
  readonly meta: string
  /** Text that begins at `start` and covers what was asked for, as far as it is there; it may reach beyond at both ends. */
  readonly piece: TextRow | undefined
}

/**
 * Where {@link optimisticStore} keeps its streams. Each of these is one transaction of its own, durable before it resolves.
 * One that rejects may have been done all the same.
 */
export interface RecordTable {
  /** A new record, `pending` since now. `false` if there is one. `meta` is JSON. */
  insert(id: string, meta: string): Promise<boolean>
  load(id: string): Promise<SeenRecord | undefined>
  /** Those that exist, in any order. */
  loadAll(ids: readonly string[]): Promise<readonly SeenRecord[]>
  /**
   * Writes the record and adds the pieces, only if the stored one still is `seen`. Answers whether it was.
   *
   * @param mustBeWhole rejects with `corrupt` where some of the text has been lost
   */
  replace(seen: SeenRecord, record: StreamRecord, pieces: readonly TextRow[], mustBeWhole: boolean): Promise<boolean>
  /**
   * Writes without having looked, only if the stream is `streaming` under that epoch and has that length. Otherwise nothing
   * is done, and the answer is `undefined`. Rejects with `corrupt` where some of the text has been lost, at the latest with
   * the end as `done`.
   */
  write(id: string, write: HeldWrite): Promise<{ readonly length: number; readonly stopRequested: boolean } | undefined>
  /** Removes the record and all of its text. `false` if there was none. */
  remove(id: string): Promise<boolean>
  /** Removes the streams whose end, as `endOf` has it, is before a moment; the earliest first. Answers with their ids. */
  removeEnded(before: number, limit: number): Promise<readonly string[]>
  read(id: string, from: number, to: number): Promise<SeenRange | undefined>
}

export interface OptimisticStoreOptions {
  /** The name that errors speak of. */
  readonly name: string
  readonly table: RecordTable
  readonly notifier: ChangeNotifier
  /** Lets go of everything that was opened. Called once. */
  readonly close: () => Promise<void>
}

/** Each one that is lost was won by somebody else, so that this many in a row mean that something is wrong. */
const maxAttempts = 100

/**
 * The whole contract of {@link StreamStore} on a database that is asked over a network.
 *
 * No act holds a lock while it waits for an answer: it looks, judges here, and writes only if nothing has changed since;
 * otherwise it looks again. A process that is stopped in the middle of an act is in nobody's way.
 */
export function optimisticStore({ name, table, notifier, close }: OptimisticStoreOptions): StreamStore {
  let isDisposed = false
  let disposing: Promise<void> | undefined

  function checkOpen(): void {
    if (isDisposed) throw new StreamsError('store', `this ${name} was disposed and cannot be used any more.`)
  }

  async function act<Result, Absent>(
    id: string,
    absent: Absent,
    rule: (record: StreamRecord, moment: StoreMoment) => Outcome<Result>,
    added?: TextRow,
    mustBeWhole = false,
  ): Promise<Result | Absent> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      checkOpen()
      const seen = await table.load(id)
      if (seen === undefined) return absent
      const { record, result } = rule(seen.record, seen.moment)
      if (record === seen.record) return result
      const pieces = added !== undefined && record.length > seen.record.length ? [...splitText(added)] : []
      if (await table.replace(seen, record, pieces, mustBeWhole)) {
        if (isVisibleChange(seen.record, record)) notifier.notify(id)
        return result
      }
    }
    throw new StreamsError('store', `${name} found "${id}" changed by others ${maxAttempts} times in a row.`)
  }

  /** Most writes are as expected, and then one question does. The others are judged after a look. */
  async function write(
    id: string,
    held: Omit<HeldWrite, 'pieces' | 'added'>,
    text: string,
    rule: (record: StreamRecord, moment: StoreMoment) => Outcome<WriteResult>,
  ): Promise<WriteResult> {
    checkOpen()
    checkText(name, text)
    const added = held.offset === undefined || text === '' ? undefined : { start: held.offset, text }
    const pieces = added === undefined ? [] : [...splitText(added)]
    const written = await table.write(id, { ...held, pieces, added: text.length })
    if (written === undefined) {
      return act(id, { type: 'gone' } as const, rule, added, held.ending?.status === 'done')
    }
    if (added !== undefined || held.ending !== undefined) notifier.notify(id)
    return { type: 'ok', offset: written.length, stopRequested: written.stopRequested }
  }

  return {
    async create(id, meta) {
      checkOpen()
      const isCreated = await table.insert(id, toMetaJson(name, meta))
      if (isCreated) notifier.notify(id)
      return isCreated ? 'created' : 'exists'
    },
    claim: (id, request) => act(id, { type: 'gone' } as const, (record, at) => claimStream(record, request, at)),
    append: (id, request) =>
      write(id, { epoch: request.epoch, offset: request.offset }, request.text, (record, at) =>
        appendText(record, request, at),
      ),
    beat: (id, epoch) => write(id, { epoch, offset: undefined }, '', (record, at) => renewLease(record, epoch, at)),
    close: (id, request) => {
      const { epoch, offset, text, ...ending } = request
      return write(id, { epoch, offset, ending }, text, (record, at) => closeStream(record, request, at))
    },
    requestStop: (id) => act(id, undefined, stopStream),
    expire: (id, epoch) => act(id, undefined, (record, at) => expireStream(record, epoch, at)),
    async delete(id) {
      checkOpen()
      const isRemoved = await table.remove(id)
      if (isRemoved) notifier.notify(id)
      return isRemoved
    },
    async sweep({ before, limit }) {
      checkOpen()
      const ids = await table.removeEnded(before, limit)
      for (const id of ids) notifier.notify(id)
      return ids
    },
    async read(id, offset, max): Promise<StoredRange | undefined> {
      checkOpen()
      const seen = await table.read(id, offset, offset + max)
      if (seen === undefined) return undefined
      const { record, moment, meta, piece } = seen
      const start = Math.min(offset, record.length)
      const end = Math.min(start + max, record.length)
      const text = joinRows(id, piece === undefined ? [] : [piece], start, end)
      return storedRange(toHead(record, moment), meta, start, text)
    },
    async heads(ids) {
      checkOpen()
      return (await table.loadAll(ids)).map(({ record, moment }) => toHead(record, moment))
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

/** Half of a surrogate pair, or U+0000: a database would refuse or change it, so it never gets there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: U+0000 is what is looked for.
const unstorable = /\p{Surrogate}|\u0000/u

/** What can be kept as UTF-8 text and comes back as it was. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text)
}

function checkText(store: string, text: string): void {
  if (isStorable(text)) return
  throw new StreamsError(
    'content-refused',
    `${store} cannot keep this text: it has U+0000 or half of a surrogate pair in it. Replace them, one for one.`,
  )
}
